-- Writes the pages beside the HTML paper: html/claims.html, html/numbers.html, html/published.html. They link to each
-- other with relative paths, so that they also work when opened from a folder.
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join{here, "common.lua"})
local values = common.values
local escape = common.escape_html

--- HTML of the few kinds of inlines that occur in cells; a citation links to the paper's list of references.
local function html(inlines)
  local out = {}
  for _, inline in ipairs(inlines) do
    if inline.t == "Str" then
      out[#out + 1] = escape(inline.text)
    elseif inline.t == "Space" then
      out[#out + 1] = " "
    elseif inline.t == "Code" then
      out[#out + 1] = "<code>" .. escape(inline.text) .. "</code>"
    elseif inline.t == "Superscript" then
      out[#out + 1] = "<sup>" .. html(inline.content) .. "</sup>"
    elseif inline.t == "Emph" then
      out[#out + 1] = "<em>" .. html(inline.content) .. "</em>"
    elseif inline.t == "Cite" then
      local links = {}
      for _, citation in ipairs(inline.citations) do
        local key = escape(citation.id)
        links[#links + 1] = string.format('<a href="../index.html#ref-%s">%s</a>', key, key)
      end
      out[#out + 1] = table.concat(links, ", ")
    end
  end
  return table.concat(out)
end

local function badge(verdict)
  return string.format('<span class="verdict %s">%s</span>', verdict:gsub("%W", "-"), escape(verdict))
end

--- A link to a file below or beside the results if it exists, else only its text.
local function file_link(path, text)
  if path and path ~= "" and common.exists(common.results .. "/" .. path) then
    return string.format('<a href="../%s">%s</a>', escape(path), escape(text))
  end
  return escape(text)
end

local function page(name, title, body)
  local template = common.read(pandoc.path.join{here, "..", "html", "page.html"})
  local filled = template:gsub("%$(%a+)%$", {
    title = escape(title), body = body,
    quick = values.mode == "quick" and '<p class="quick">QUICK MODE: reduced samples</p>' or ""})
  common.write(common.build .. "/out/html/" .. name, filled)
end

local function definition(term, description)
  if not description or description == "" then return "" end
  return "<dt>" .. term .. "</dt><dd>" .. description .. "</dd>\n"
end

-- ---- numbers

local function number_row(row)
  local entry = row.entry
  local experiment = entry.experiment or ""
  local files = {}
  for _, path in ipairs{"json/" .. experiment .. ".json", "json/" .. experiment .. ".run.json"} do
    if common.exists(common.results .. "/" .. path) then files[#files + 1] = file_link(path, path) end
  end
  return string.format(
      '<tr id="%s"><td><code>%s</code></td><td class="number">%s</td><td>%s</td><td class="number">%s</td>' ..
      "<td>%s</td><td><code>%s</code></td><td>%s</td><td>%s</td></tr>\n",
      escape(common.anchor(row.id)), escape(row.id), html(row.cells[2]), html(row.cells[3]), html(row.cells[4]),
      html(row.cells[5]), escape(entry.command or ""),
      file_link("../" .. (entry.source or ""), entry.source or ""),
      #files > 0 and table.concat(files, ", ") or "\u{2013}")
end

local function numbers_page(content)
  local rows = {}
  for i, row in ipairs(content.rows) do rows[i] = number_row(row) end
  page("numbers.html", content.title, "<p>" .. escape(content.intro) .. "</p>\n" ..
       "<div class=\"scroll\"><table>\n<thead><tr><th>Key</th><th>Value [95\u{a0}% interval]</th><th>Kind</th>" ..
       "<th>n</th><th>Method</th><th>Command</th><th>Source</th><th>Samples</th></tr></thead>\n<tbody>\n" ..
       table.concat(rows) .. "</tbody></table></div>\n")
end

-- ---- published facts

local function published_page(content)
  local rows = {}
  for i, row in ipairs(content.rows) do
    local fact = row.entry
    rows[i] = string.format('<tr id="%s"><td>%s</td><td>%s</td><td>%s</td><td class="number">%s</td><td>%s</td>' ..
                            "<td>%s</td><td>%s</td></tr>\n",
                            escape(common.anchor(row.id)), escape(row.id), html(row.cells[2]), html(row.cells[3]),
                            html(row.cells[4]), escape(fact.condition or ""), html(row.cells[5]), html(row.cells[6]))
  end
  page("published.html", content.title, "<p>" .. escape(content.intro) .. "</p>\n" ..
       "<div class=\"scroll\"><table>\n<thead><tr><th>Fact</th><th>Quantity</th><th>System</th><th>Value</th>" ..
       "<th>Condition</th><th>Source</th><th>Kind</th></tr></thead>\n<tbody>\n" .. table.concat(rows) ..
       "</tbody></table></div>\n")
end

-- ---- claims

--- Links to the figures and tables that show a claim, from the figures' declarations and the ledger.
local function shown_in(id, claim)
  local names, links = {}, {}
  for _, name in ipairs(claim.shown_in or {}) do names[name] = true end
  for name, figure in pairs(values.figures or {}) do
    for _, shown in ipairs(figure.claims or {}) do
      if shown == id then names[name] = true end
    end
  end
  for _, name in ipairs(common.sorted_keys(names)) do
    local path = (values.figures or {})[name] and "figures/" .. name .. ".svg" or "tables/" .. name .. ".html"
    links[#links + 1] = file_link(path, name)
  end
  return table.concat(links, ", ")
end

--- Source and place; the same column in both tables of claims.
local function source_of(row) return html(row.cells[3]) end

local function claim_article(row)
  local id, claim = row.id, row.claim
  local experiment = claim.experiment
  local runs = experiment and experiment ~= "" and experiment ~= "-" and claim.verdict ~= "open"
  local found = claim.verdict ~= "open" and html(row.cells[5]) or ""
  local accepted = claim.accept and claim.accept ~= ""
                       and "<code>" .. escape(claim.accept) .. "</code> " .. escape(claim.accept_why or "")
  return string.format('<article id="%s" class="claim" data-verdict="%s">\n<h3><code>%s</code> %s</h3>\n' ..
                       '<p>%s.</p>\n<dl>\n', escape(common.anchor(id)), escape(claim.verdict), escape(id),
                       badge(claim.verdict), escape(claim.statement)) ..
         definition("Found", found) .. definition("Why", escape(claim.reason or "")) ..
         definition("In the whole ledger", escape(claim.family or "")) ..
         definition("Accepted", accepted) ..
         definition("Charitable reading", escape(claim.reading or "")) ..
         definition("Condition", escape(claim.condition or "")) ..
         definition("Negative control", escape(claim.control or "")) ..
         definition("Needs", escape(table.concat(claim.needs or {}, ", "))) ..
         definition("Source", source_of(row)) ..
         definition("Metric", claim.key and "<code>" .. escape(claim.key) .. "</code>") ..
         definition("Command", runs and "<code>make experiment NAME=" .. escape(experiment) .. "</code>") ..
         definition("Shown in", shown_in(id, claim)) .. definition("Note", escape(claim.note or "")) ..
         "</dl>\n</article>\n"
end

local function filter_buttons(rows)
  local counts, order = {}, {}
  for _, row in ipairs(rows) do
    local verdict = row.claim.verdict
    if not counts[verdict] then order[#order + 1] = verdict end
    counts[verdict] = (counts[verdict] or 0) + 1
  end
  table.sort(order)
  local out = {string.format('<button data-show="" aria-pressed="true">all (%d)</button>', #rows)}
  for _, verdict in ipairs(order) do
    out[#out + 1] = string.format('<button data-show="%s" aria-pressed="false">%s (%d)</button>', escape(verdict),
                                  escape(verdict), counts[verdict])
  end
  return '<p class="filters" role="group" aria-label="Show claims by verdict">' .. table.concat(out, " ") .. "</p>\n"
end

local kFilterScript = [[
<script>
for (const button of document.querySelectorAll(".filters button")) {
  button.addEventListener("click", () => {
    for (const other of document.querySelectorAll(".filters button"))
      other.setAttribute("aria-pressed", other === button);
    for (const shown of document.querySelectorAll("[data-verdict]"))
      shown.hidden = button.dataset.show !== "" && shown.dataset.verdict !== button.dataset.show;
  });
}
if (location.hash === "#open") document.querySelector('.filters button[data-show="open"]')?.click();
</script>
]]

local function claims_page(decided, open)
  local rows = {}
  for _, row in ipairs(decided.rows) do rows[#rows + 1] = row end
  for _, row in ipairs(open.rows) do rows[#rows + 1] = row end
  local overview, articles = {}, {}
  for i, row in ipairs(rows) do
    local claim = row.claim
    overview[i] = string.format('<tr data-verdict="%s"><td><a href="#%s"><code>%s</code></a></td><td>%s</td>' ..
                                '<td class="number">%s</td><td>%s</td><td>%s</td></tr>\n',
                                escape(claim.verdict), escape(common.anchor(row.id)), escape(row.id),
                                escape(claim.statement),
                                claim.verdict ~= "open" and html(row.cells[5]) or "",
                                escape(claim.accept or ""), badge(claim.verdict))
    articles[i] = claim_article(row)
  end
  page("claims.html", "Claims", "<p>" .. escape(decided.intro) .. " " .. escape(open.intro) .. "</p>\n" ..
       filter_buttons(rows) .. "<div class=\"scroll\"><table>\n<thead><tr><th>Claim</th><th>Statement</th>" ..
       "<th>Found</th><th>Accepted</th><th>Verdict</th></tr></thead>\n<tbody>\n" .. table.concat(overview) ..
       "</tbody></table></div>\n<h2>One by one</h2>\n" .. table.concat(articles) .. kFilterScript)
end

return function(tables)
  local by_id = {}
  for _, content in ipairs(tables) do by_id[content.id] = content end
  claims_page(by_id["claims-table"], by_id["open-claims"])
  numbers_page(by_id["numbers"])
  published_page(by_id["published-facts"])
end
