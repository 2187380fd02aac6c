-- []{.num key=…} results, []{.pub id=…} published facts, []{.count of=…} verdict counts, [text]{.lit} literals.
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join{here, "common.lua"})
local format = dofile(pandoc.path.join{here, "format.lua"})
local values = common.values
local problems = common.problems()

--- The text linked to its origin: a row of the appendix in LaTeX, a page in HTML, no link in Markdown.
local function linked(macro, name, text, page, title)
  if common.is_latex then return common.latex_macro(macro, {common.anchor(name)}, text) end
  if common.is_html then
    return pandoc.Link(text, "html/" .. page .. "#" .. common.anchor(name), title, {class = macro})
  end
  return text
end

local function number_title(key, entry)
  local text = format.text(format.value(entry, {default_digits = "4", unit = "yes", ci = "yes"}))
  return string.format("%s: %s; n = %s; %s by %s", key, text, tostring(entry.n or 1), entry.kind or "given",
                       entry.experiment or "this build")
end

local function number(span, place)
  local key = span.attributes.key
  local entry = key and (values.numbers or {})[key]
  if not entry then
    problems.add(place, "unknown key \"" .. tostring(key) .. "\" in .num")
    return
  end
  local text, why = format.value(entry, span.attributes)
  if not text then
    problems.add(place, "key \"" .. key .. "\" " .. why)
    return
  end
  return linked("measured", key, text, "numbers.html", common.is_html and number_title(key, entry) or "")
end

local function fact(span, place)
  local id = common.id(span)
  local entry = id and (values.published or {})[id]
  if not entry then
    problems.add(place, "unknown id \"" .. tostring(id) .. "\" in .pub")
    return
  end
  local text, why = format.fact(entry, span.attributes)
  if not text then
    problems.add(place, "published fact \"" .. id .. "\" " .. why)
    return
  end
  local title = string.format("%s: %s, %s; %s, %s", id, entry.quantity or "", entry.system or "", entry.source or "",
                              entry.locator or "")
  local out = pandoc.Inlines{}
  local link = linked("quoted", id, text, "published.html", title)
  if link.t then out:insert(link) else out:extend(link) end
  if span.attributes.cite == "yes" then
    local citations, shown = {}, {}
    for _, source in ipairs(common.split(entry.source)) do
      if common.is_reference(source) then
        citations[#citations + 1] = pandoc.Citation(source, "NormalCitation")
        shown[#shown + 1] = "@" .. source
      end
    end
    if #citations == 0 then
      problems.add(place, "published fact \"" .. id .. "\" has no source in data/published/refs.bib")
    else
      out:insert(pandoc.Str("\u{a0}"))
      out:insert(pandoc.Cite({pandoc.Str("[" .. table.concat(shown, "; ") .. "]")}, citations))
    end
  end
  return out
end

local function count(span, place)
  local of = span.attributes.of
  local n = of and (values.counts or {})[of]
  if not n then
    problems.add(place, "unknown count \"" .. tostring(of) .. "\"; the counts are " ..
                            table.concat(common.sorted_keys(values.counts or {}), ", "))
    return
  end
  local text = pandoc.Inlines{pandoc.Str(string.format("%d", n))}
  if common.is_html then return pandoc.Link(text, "html/claims.html", "", {class = "count"}) end
  return text
end

function Pandoc(doc)
  doc = common.walk(doc, function(place)
    return {Span = function(span)
      if common.is(span, "num") then return number(span, place) end
      if common.is(span, "pub") then return fact(span, place) end
      if common.is(span, "count") then return count(span, place) end
      if common.is(span, "lit") then return span.content end
    end}
  end)
  problems.raise()
  return doc
end
