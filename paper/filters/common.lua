-- Shared by all filters: the values of this build, problems with their place, and a walk that tracks the place.
-- Filters load it with dofile because pandoc gives them no search path of their own.
local common = {}

local function environment(name)
  local value = os.getenv(name)
  if not value or value == "" then error("paper: " .. name .. " is not set; run scripts/build-paper, which sets it", 0) end
  return value
end

common.build = environment("VTPU_PAPER_BUILD")
common.results = environment("VTPU_PAPER_RESULTS")
common.root = environment("VTPU_PAPER_ROOT")
common.values = dofile(common.build .. "/values.lua")

common.is_latex = FORMAT == "latex"
common.is_html = FORMAT:match("^html") ~= nil
common.is_markdown = not common.is_latex and not common.is_html

function common.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

function common.exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

function common.write(path, text)
  local file, why = io.open(path, "wb")
  if not file then error("paper: cannot write " .. why, 0) end
  local done, reason = file:write(text)
  if done then done, reason = file:close() end
  if not done then error("paper: cannot write " .. path .. ": " .. reason, 0) end
end

--- The keys of a table in alphabetical order. Everything that reaches the output is walked in this order, so that the
--- same inputs give the same bytes.
function common.sorted_keys(map)
  local keys = {}
  for key in pairs(map or {}) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

--- The first line at or below `place.heading` in the section file where what the message `text` quotes begins. It is
--- searched for because Pandoc keeps no line numbers. nil where it is not found.
local function line_of(place, text)
  local needle = text:match("\"([^\"]+)\"") or text:match("[a-z]+=([%w_%-]+)")
  local folder = os.getenv("VTPU_PAPER_SECTIONS")
  local content = needle and folder and place.file and common.read(folder .. "/" .. place.file)
  if not content then return nil end
  local at = 1
  while place.heading do  -- to the line of the heading
    local from, to, title = content:find("#+ ([^\n]*)", at)
    if not from then return nil end
    at = title:find(place.heading, 1, true) and from or to + 1
    if at == from then break end
  end
  local pattern = needle:gsub("%p", "%%%0"):gsub("%s+", "%%s+")  -- a phrase may go on in the next line
  while true do
    local from, to = content:find(pattern, at)
    if not from then return nil end
    -- [word]{.lit}, the same word as a literal, does not count.
    if content:sub(to + 1, to + 6) ~= "]{.lit" then return 1 + select(2, content:sub(1, from):gsub("\n", "")) end
    at = to + 1
  end
end

--- Collects problems, so that one run reports all of them; raise() ends the build if there are any.
function common.problems()
  local list = {}
  return {
    add = function(place, text)
      local where = place and place.file or "metadata"
      local line = place and line_of(place, text)
      if line then where = where .. ":" .. line end
      if place and place.heading then where = where .. ", section \"" .. place.heading .. "\"" end
      list[#list + 1] = where .. ": " .. text
    end,
    raise = function()
      if #list > 0 then error("paper: " .. #list .. " problem(s)\n  " .. table.concat(list, "\n  "), 0) end
    end,
  }
end

--- The section file's name if the block marks the start of one, else nil.
function common.section_file(block)
  if block.t == "RawBlock" and block.format == "section-file" then return (block.text:gsub("%s+$", "")) end
end

function common.section_marker(name) return pandoc.RawBlock("section-file", name) end

--- Calls visit(block, place) for each top-level block and replaces the block with the Blocks it returns, if any.
--- place.file is the section file, place.heading the nearest heading above (or the heading itself).
function common.each_block(doc, visit)
  local place = {}
  local out = pandoc.Blocks{}
  for _, block in ipairs(doc.blocks) do
    local name = common.section_file(block)
    if name then
      place = {file = name}
    elseif block.t == "Header" then
      place.heading = pandoc.utils.stringify(block)
    end
    local replaced = not name and visit(block, place)
    if replaced then out:extend(replaced) else out:insert(block) end
  end
  doc.blocks = out
  return doc
end

--- Like each_block, but applies the pandoc filter that filter_at(place) returns to each block.
function common.walk(doc, filter_at)
  return common.each_block(doc, function(block, place) return pandoc.Blocks{block}:walk(filter_at(place)) end)
end

function common.is(element, class) return element.classes and element.classes:includes(class) end

--- The id= of a span, or nil; pandoc parses it as the span's identifier.
function common.id(span) return span.identifier ~= "" and span.identifier or nil end

local bibliography
--- Whether the list of references has this key.
function common.is_reference(key)
  if not bibliography then
    bibliography = {}
    local text = common.read(common.root .. "/data/published/refs.bib") or ""
    for entry in text:gmatch("@%a+%s*{%s*([^,%s]+)%s*,") do bibliography[entry] = true end
  end
  return bibliography[key] == true
end

--- "a;b" → {"a", "b"}; commas and spaces separate names too.
function common.split(text)
  local parts = {}
  for part in (text or ""):gmatch("[^;,%s]+") do parts[#parts + 1] = part end
  return parts
end

function common.is_appendix(file) return file ~= nil and file:match("appendix") ~= nil end

--- Claim ids in the order of the ledger.
function common.claim_ids()
  local claims = common.values.claims or {}
  local ids = common.sorted_keys(claims)
  table.sort(ids, function(a, b)
    local first, second = claims[a].order or 0, claims[b].order or 0
    if first ~= second then return first < second end
    return a < b
  end)
  return ids
end

--- A name as part of a LaTeX or HTML anchor: only letters, digits, dots, minus signs and colons, and still unique.
function common.anchor(name) return (name:gsub("_", ":"):gsub("[^%w.:-]", "-")) end

function common.escape_html(text)
  return (tostring(text):gsub("[&<>\"]", {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ["\""] = "&quot;"}))
end

--- Inlines of the LaTeX macro \name{first}…{content}; pandoc escapes the content.
function common.latex_macro(name, arguments, content)
  local head = "\\" .. name
  for _, argument in ipairs(arguments) do head = head .. "{" .. argument .. "}" end
  local out = pandoc.Inlines{pandoc.RawInline("latex", head .. "{")}
  out:extend(content)
  out:insert(pandoc.RawInline("latex", "}"))
  return out
end

--- Inlines of a caption or statement that is written as Markdown.
function common.inlines(text)
  local blocks = pandoc.read(text or "", "markdown-auto_identifiers").blocks
  return pandoc.utils.blocks_to_inlines(blocks, pandoc.Inlines{pandoc.Space()})
end

--- Inlines of plain text; nothing in it is treated as markup.
function common.plain(text)
  local out = pandoc.Inlines{}
  for word in tostring(text or ""):gmatch("[^ \t\n]+") do
    if #out > 0 then out:insert(pandoc.Space()) end
    out:insert(pandoc.Str(word))
  end
  return out
end

return common
