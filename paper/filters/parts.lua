-- Arranges the parts of the paper: moves the abstract to the template's variable, puts the references before the first
-- appendix, and removes the marks of the section files. Runs last.
local common = dofile(pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), "common.lua"})

local kLatexBibliography = "\\bibliographystyle{IEEEtranN}\n\\bibliography{bstcontrol,refs}\n" ..
                           "\\label{end-of-body}\n\\appendices"

local function reference_blocks()
  if common.is_latex then return {pandoc.RawBlock("latex", kLatexBibliography)} end
  return {pandoc.Header(1, {pandoc.Str("References")}, {"references", {"unnumbered"}}), pandoc.Div({}, {"refs"})}
end

local function is_generated(name) return name:match("^9%d%-appendix") ~= nil end

local function raise_headings(blocks, title)
  local out = pandoc.Blocks{pandoc.Header(1, title)}
  for _, block in ipairs(blocks) do
    if block.t == "Header" then block.level = block.level + 1 end
    out:insert(block)
  end
  return out
end

function Pandoc(doc)
  local abstract, out = pandoc.Blocks{}, pandoc.Blocks{}
  local file, referenced, one_column = "", false, false
  local function end_body()
    if not referenced then out:extend(reference_blocks()) end
    referenced = true
  end
  for _, block in ipairs(doc.blocks) do
    local name = common.section_file(block)
    if name then
      file = name
      if common.is_appendix(file) then end_body() end
      if common.is_latex and is_generated(file) and not one_column then
        out:insert(pandoc.RawBlock("latex", "\\onecolumn"))
        one_column = true
      end
    elseif file:match("^%d+%-abstract") then
      if block.t ~= "Header" then abstract:insert(block) end
    else
      out:insert(block)
    end
  end
  end_body()
  if common.is_markdown then
    local head = pandoc.Blocks{pandoc.Para(pandoc.Inlines(doc.meta.byline or {}))}
    if common.values.mode == "quick" then
      head:insert(pandoc.Para{pandoc.Strong{pandoc.Str("QUICK MODE: reduced samples")}})
    end
    head:insert(pandoc.Header(1, {pandoc.Str("Abstract")}))
    head:extend(abstract)
    head:extend(out)
    doc.blocks = raise_headings(head, pandoc.Inlines(doc.meta.title))
  else
    doc.blocks = out
    if #abstract > 0 then doc.meta.abstract = pandoc.MetaBlocks(abstract) end
  end
  doc.meta.quick = common.values.mode == "quick"
  return doc
end
