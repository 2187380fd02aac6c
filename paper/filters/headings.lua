-- Section numbers in IEEEtran's style (LaTeX makes its own), and []{.ref sec=…}.
local common = dofile(pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), "common.lua"})
local roman = dofile(pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), "roman.lua"})
local problems = common.problems()

local function letter(n) return string.char(string.byte("A") + n - 1) end

--- identifier → {word, number, level} of each numbered heading. Numbering restarts at the first appendix.
local function number_headings(doc)
  local labels = {}
  local counters, in_appendix = {0, 0, 0}, false
  common.each_block(doc, function(block, place)
    if block.t ~= "Header" or block.level > 3 or common.is(block, "unnumbered") then return end
    if common.is_appendix(place.file) and not in_appendix then counters, in_appendix = {0, 0, 0}, true end
    counters[block.level] = counters[block.level] + 1
    for deeper = block.level + 1, 3 do counters[deeper] = 0 end
    local top = in_appendix and letter(counters[1]) or roman(counters[1])
    local number = top
    if block.level >= 2 then number = number .. "-" .. letter(counters[2]) end
    if block.level >= 3 then number = number .. counters[3] end
    labels[block.identifier] = {word = in_appendix and "Appendix" or "Section", number = number, level = block.level}
  end)
  return labels
end

local function print_number(block, label)
  local text = label.number .. "."
  if label.level == 1 and label.word == "Appendix" then text = "Appendix\u{a0}" .. text end
  block.content:insert(1, pandoc.Space())
  block.content:insert(1, pandoc.Span({pandoc.Str(text)}, {class = "section-number"}))
  return block
end

local function reference(span, labels, place)
  local target = span.attributes.sec
  local label = labels[target]
  if not label then
    problems.add(place, ".ref sec=" .. target .. ": no heading has this identifier; the identifiers are " ..
                            table.concat(common.sorted_keys(labels), ", "))
    return
  end
  if common.is_latex then return pandoc.RawInline("latex", label.word .. "~\\ref{" .. target .. "}") end
  local text = pandoc.Str(label.word .. "\u{a0}" .. label.number)
  return common.is_html and pandoc.Link({text}, "#" .. target) or text
end

function Pandoc(doc)
  local labels = number_headings(doc)
  doc = common.walk(doc, function(place)
    return {
      Span = function(span)
        if common.is(span, "ref") and span.attributes.sec then return reference(span, labels, place) end
      end,
      Header = function(block)
        local label = labels[block.identifier]
        if label and not common.is_latex then return print_number(block, label) end
      end,
    }
  end)
  problems.raise()
  return doc
end
