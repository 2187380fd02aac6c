-- Appends the generated appendices: long tables in LaTeX and Markdown, separate pages beside the paper in HTML.
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join{here, "common.lua"})
local make_tables = dofile(pandoc.path.join{here, "appendix_tables.lua"})

--- Sorted keys of the numbers and ids of the facts that the text uses. Unknown ones are left out; numbers.lua reports
--- them.
local function collect_used(doc)
  local numbers, published = {}, {}
  doc:walk{Span = function(span)
    if common.is(span, "num") and span.attributes.key then numbers[span.attributes.key] = true end
    if common.is(span, "pub") and common.id(span) then published[common.id(span)] = true end
  end}
  local function known(set, entries)
    local list = {}
    for _, key in ipairs(common.sorted_keys(set)) do
      if (entries or {})[key] then list[#list + 1] = key end
    end
    return list
  end
  return {numbers = known(numbers, common.values.numbers), published = known(published, common.values.published)}
end

local function latex_blocks(content)
  local widths, heads = {}, {}
  for i, column in ipairs(content.columns) do
    widths[i] = string.format("L{%.2f}", column[2])
    heads[i] = "\\textbf{" .. column[1] .. "}"
  end
  local head = "\\toprule\n" .. table.concat(heads, " & ") .. " \\\\\n\\midrule\n"
  local open = "\\begin{appendixtable}{" .. table.concat(widths) .. "}\n"
  local out = pandoc.Inlines{pandoc.RawInline("latex", open .. head .. "\\endhead\n\\bottomrule\n\\endlastfoot\n")}
  for _, row in ipairs(content.rows) do
    out:insert(pandoc.RawInline("latex", "\\rowtarget{" .. row.anchor .. "}"))
    for i, cell in ipairs(row.cells) do
      if i > 1 then out:insert(pandoc.RawInline("latex", " & ")) end
      out:extend(cell)
    end
    out:insert(pandoc.RawInline("latex", " \\\\\n"))
  end
  out:insert(pandoc.RawInline("latex", "\\end{appendixtable}"))
  return {pandoc.Plain(out)}
end

local function markdown_blocks(content)
  local aligns, widths, heads, rows = {}, {}, {}, {}
  for i, column in ipairs(content.columns) do
    aligns[i], widths[i], heads[i] = "AlignDefault", 0, {pandoc.Plain(common.plain(column[1]))}
  end
  for i, row in ipairs(content.rows) do
    rows[i] = {}
    for j, cell in ipairs(row.cells) do rows[i][j] = {pandoc.Plain(cell)} end
  end
  return {pandoc.utils.from_simple_table(pandoc.SimpleTable({}, aligns, widths, heads, rows))}
end

local function append_tables(doc, tables, to_blocks)
  for _, content in ipairs(tables) do
    doc.blocks:insert(common.section_marker("91-appendix-" .. content.id .. ".md"))
    doc.blocks:insert(pandoc.Header(1, common.plain(content.title), {content.id}))
    doc.blocks:insert(pandoc.Para(#content.rows > 0 and common.plain(content.intro) or common.plain("None.")))
    if #content.rows > 0 then doc.blocks:extend(to_blocks(content)) end
  end
end

--- In HTML each table has its own page and the paper links to it. Sources cited on those pages are added to the paper's
--- references.
local function append_pages(doc, tables)
  dofile(pandoc.path.join{here, "pages.lua"})(tables)
  local cited = {}
  for _, content in ipairs(tables) do
    for _, row in ipairs(content.rows) do
      for _, key in ipairs(common.split((row.claim or row.entry).source)) do
        if common.is_reference(key) then cited[key] = true end
      end
    end
  end
  local citations = {}
  for _, key in ipairs(common.sorted_keys(cited)) do
    citations[#citations + 1] = pandoc.Citation(key, "NormalCitation")
  end
  if #citations > 0 then doc.meta.nocite = pandoc.MetaInlines{pandoc.Cite({}, citations)} end
end

local function page_link(content)
  local target = "html/" .. content.page .. (content.id == "open-claims" and "#open" or "")
  local text = string.format("%s (%d), on a page of its own", content.title, #content.rows)
  return {pandoc.Para{pandoc.Link(common.plain(text), target), pandoc.Str(".")}}
end

--- Removes the long tables, which floats.lua has put at the end, and returns them, so that they stay the last appendix.
local function take_long_tables(doc)
  local kept, taken = pandoc.Blocks{}, pandoc.Blocks{}
  for _, block in ipairs(doc.blocks) do
    local name = common.section_file(block)
    local long = #taken > 0 or (name and name:match("appendix%-long%-tables"))
    if long then taken:insert(block) else kept:insert(block) end
  end
  doc.blocks = kept
  return taken
end

function Pandoc(doc)
  local tables = make_tables(collect_used(doc))
  local long_tables = take_long_tables(doc)
  if common.is_html then append_pages(doc, tables) end
  append_tables(doc, tables, common.is_html and page_link or common.is_latex and latex_blocks or markdown_blocks)
  doc.blocks:extend(long_tables)
  return doc
end
