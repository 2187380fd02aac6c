-- ::: {.figure name=…} and ::: {.table name=…} become numbered floats; []{.ref fig=…} and []{.ref tab=…} refer to
-- them. A float without a reference and a reference without a float end the build. Tables marked `appendix` are set
-- after the text, in one column, wherever the text places them, and are numbered after the others in every format.
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join{here, "common.lua"})
local roman = dofile(pandoc.path.join{here, "roman.lua"})
local values = common.values
local problems = common.problems()

local kLongTables = common.section_marker("92-appendix-long-tables.md")
local kLongTablesIntro = "Tables that are too long for the text, in order of first mention."

local function claims_of(figure)
  local out = pandoc.Inlines{}
  for _, id in ipairs(figure.claims or {}) do
    local claim = (values.claims or {})[id]
    if claim then
      out:extend{pandoc.Space(), pandoc.Code(id), pandoc.Space(), pandoc.Span({}, {id, {"verdict"}})}
    end
  end
  return out
end

local function file_of(kind, name, extension)
  local path = kind .. "/" .. name .. "." .. extension
  if not common.exists(common.results .. "/" .. path) then return nil, path end
  return path
end

--- Blocks of a figure. The caption is Markdown and may hold the same spans as prose.
local function figure_blocks(name, figure, number)
  local caption = common.inlines(figure.caption)
  if common.is_latex then
    local path = file_of("figures", name, "pdf")
    local environment = figure.wide and "figure*" or "figure"
    local open = string.format("\\begin{%s}[t]\n\\centering\n\\figurefile{../%s}\n\\caption{", environment, path)
    local inlines = pandoc.Inlines{pandoc.RawInline("latex", open)}
    inlines:extend(caption)
    inlines:insert(pandoc.RawInline("latex", string.format("}\n\\label{fig:%s}\n\\end{%s}", name, environment)))
    return {pandoc.Plain(inlines)}
  end
  local path = file_of("figures", name, "svg")
  local label = "Fig.\u{a0}" .. number .. "."
  if common.is_markdown then
    local text = pandoc.Inlines{pandoc.Strong{pandoc.Str(label)}, pandoc.Space()}
    text:extend(caption)
    local claims = claims_of(figure)
    if #claims > 0 then text:extend{pandoc.Space(), pandoc.Str("Claims:")} end
    text:extend(claims)
    return {pandoc.Para{pandoc.Image(common.plain(figure.alt), "../" .. path)}, pandoc.Para(text)}
  end
  local text = pandoc.Inlines{pandoc.Span({pandoc.Str(label)}, {class = "label"}), pandoc.Space()}
  text:extend(caption)
  local claims = claims_of(figure)
  local open = string.format('<figure id="fig:%s"%s>\n<a href="%s"><img src="%s" alt="%s"></a>\n<figcaption>', name,
                             figure.wide and ' class="wide"' or "", path, path, common.escape_html(figure.alt or ""))
  local blocks = {pandoc.RawBlock("html", open), pandoc.Plain(text)}
  if #claims > 0 then
    blocks[#blocks + 1] = pandoc.RawBlock("html", '<div class="claims">Claims:')
    blocks[#blocks + 1] = pandoc.Plain(claims)
    blocks[#blocks + 1] = pandoc.RawBlock("html", "</div>")
  end
  blocks[#blocks + 1] = pandoc.RawBlock("html", "</figcaption></figure>")
  return blocks
end

--- The generated Markdown table with its number and caption above it.
local function markdown_table(text, label)
  local head, out = pandoc.Inlines{pandoc.Strong{pandoc.Str(label)}}, pandoc.Blocks{}
  for _, block in ipairs(pandoc.read(text, "markdown-auto_identifiers").blocks) do
    if block.t == "Table" then
      head:insert(pandoc.Space())
      head:extend(pandoc.utils.blocks_to_inlines(block.caption.long))
      block.caption = {long = {}}
    end
    out:insert(block)
  end
  out:insert(1, pandoc.Para(head))
  return out
end

--- Blocks of a table: the generated file, with its number where the format does not number tables itself.
local function table_blocks(name, _, number)
  local label = "Table\u{a0}" .. number .. "."
  if common.is_latex then return {pandoc.RawBlock("latex", "\\input{../tables/" .. name .. ".tex}")} end
  if common.is_markdown then
    return markdown_table(common.read(common.results .. "/tables/" .. name .. ".md"), label)
  end
  local html = common.read(common.results .. "/tables/" .. name .. ".html")
  local numbered = html:gsub("(<f?i?g?caption[^>]*>)", "%1<span class=\"label\">" .. label .. "</span> ", 1)
  return {pandoc.RawBlock("html", numbered)}
end

local kKinds = {
  figure = {class = "figure", ref = "fig", declared = values.figures or {}, blocks = figure_blocks, folder = "figures",
            extension = common.is_latex and "pdf" or "svg", word = "Fig.", count = tostring},
  table = {class = "table", ref = "tab", declared = values.tables or {}, blocks = table_blocks, folder = "tables",
           extension = common.is_latex and "tex" or common.is_html and "html" or "md", word = "Table", count = roman},
}

--- The kind of a float's div, or nil.
local function kind_of(block)
  if block.t ~= "Div" then return nil end
  return common.is(block, "figure") and kKinds.figure or common.is(block, "table") and kKinds.table or nil
end

--- Numbers floats in order of appearance, appendix tables last; checks names, files and repetitions.
local function collect(doc)
  for _, kind in pairs(kKinds) do kind.order, kind.late, kind.place, kind.number, kind.cited = {}, {}, {}, {}, {} end
  common.each_block(doc, function(block, place)
    local kind = kind_of(block)
    if not kind then return end
    local name = block.attributes.name or ""
    local declaration = kind.declared[name]
    local at = {file = place.file, heading = place.heading}
    if not declaration then
      problems.add(at, "unknown " .. kind.class .. " \"" .. name .. "\"")
    elseif kind.place[name] then
      problems.add(at, kind.class .. " \"" .. name .. "\" is shown twice")
    else
      kind.place[name] = at
      local list = declaration.appendix and kind.late or kind.order
      list[#list + 1] = name
      local _, missing = file_of(kind.folder, name, kind.extension)
      if missing then
        problems.add(at, kind.class .. " \"" .. name .. "\": no file " .. missing .. " in the results")
      end
    end
    if #block.content > 0 then
      problems.add(at, kind.class .. " \"" .. name .. "\": the caption belongs in its declaration, not in the text")
    end
  end)
  for _, kind in pairs(kKinds) do
    for _, name in ipairs(kind.late) do kind.order[#kind.order + 1] = name end
    for number, name in ipairs(kind.order) do kind.number[name] = kind.count(number) end
  end
end

local function reference(span, place)
  for _, class in ipairs{"figure", "table"} do
    local kind = kKinds[class]
    local name = span.attributes[kind.ref]
    if name then
      local number = kind.number[name]
      if not number then
        problems.add(place, ".ref " .. kind.ref .. "=" .. name .. ": no such " .. class .. " is shown in the text")
        return
      end
      kind.cited[name] = true
      local target = kind.ref .. (common.is_html and class == "table" and "-" or ":") .. name
      if common.is_latex then return pandoc.RawInline("latex", kind.word .. "~\\ref{" .. target .. "}") end
      local text = pandoc.Str(kind.word .. "\u{a0}" .. number)
      return common.is_html and pandoc.Link({text}, "#" .. target) or text
    end
  end
end

local function check_cited()
  for _, class in ipairs{"figure", "table"} do
    local kind = kKinds[class]
    for _, name in ipairs(kind.order) do
      if not kind.cited[name] then
        problems.add(kind.place[name], string.format("%s \"%s\" is never cited; write []{.ref %s=%s}", class, name,
                                                     kind.ref, name))
      end
    end
    for _, name in ipairs(common.sorted_keys(kind.declared)) do
      if common.is_latex and not kind.place[name] then
        io.stderr:write("paper: note: ", class, " \"", name, "\" is generated but not shown in the paper\n")
      end
    end
  end
end

local function place_floats(doc)
  doc = common.each_block(doc, function(block)
    local kind = kind_of(block)
    if not kind then return end
    local name = block.attributes.name
    if kind.declared[name].appendix then return {} end
    return kind.blocks(name, kind.declared[name], kind.number[name])
  end)
  if #kKinds.table.late > 0 then
    doc.blocks:insert(kLongTables)
    doc.blocks:insert(pandoc.Header(1, {pandoc.Str("Long"), pandoc.Space(), pandoc.Str("tables")}, {"long-tables"}))
    doc.blocks:insert(pandoc.Para(common.plain(kLongTablesIntro)))
    -- no float above the heading
    if common.is_latex then doc.blocks:insert(pandoc.RawBlock("latex", "\\suppressfloats[t]")) end
    for _, name in ipairs(kKinds.table.late) do
      doc.blocks:extend(kKinds.table.blocks(name, kKinds.table.declared[name], kKinds.table.number[name]))
    end
  end
  return doc
end

function Pandoc(doc)
  collect(doc)
  doc = common.walk(doc, function(place)
    return {Span = function(span)
      if common.is(span, "ref") and not span.attributes.sec then
        local resolved = reference(span, place)
        if not resolved and not span.attributes.fig and not span.attributes.tab then
          problems.add(place, ".ref needs fig=, tab= or sec=")
        end
        return resolved
      end
    end}
  end)
  check_cited()
  problems.raise()
  return place_floats(doc)
end
