-- Every citation names an entry of data/published/refs.bib.
local common = dofile(pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), "common.lua"})
local problems = common.problems()

function Pandoc(doc)
  common.walk(doc, function(place)
    return {Cite = function(cite)
      for _, citation in ipairs(cite.citations) do
        if not common.is_reference(citation.id) then
          problems.add(place, "[@" .. citation.id .. "] is not in data/published/refs.bib")
        end
      end
    end}
  end)
  problems.raise()
end
