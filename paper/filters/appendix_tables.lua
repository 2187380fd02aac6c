-- The content of the generated appendices: claims, open claims, numbers used, published facts used. Each is one table
-- whose cells are Inlines, independent of the output format. `used`: sorted keys of the numbers and ids of the facts in
-- the text.
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join{here, "common.lua"})
local format = dofile(pandoc.path.join{here, "format.lua"})
local values = common.values

local function code(text) return pandoc.Inlines{pandoc.Code(text)} end

--- The sources of a claim or fact: citations where refs.bib has them, else the document's name.
local function source(entry)
  local out, citations, shown = pandoc.Inlines{}, {}, {}
  for _, key in ipairs(common.split(entry.source)) do
    if common.is_reference(key) then
      citations[#citations + 1] = pandoc.Citation(key, "NormalCitation")
      shown[#shown + 1] = "@" .. key
    end
  end
  if #citations > 0 then
    out:insert(pandoc.Cite({pandoc.Str("[" .. table.concat(shown, "; ") .. "]")}, citations))
  else
    out:extend(common.plain(entry.source))
  end
  if entry.locator and entry.locator ~= "" then
    out:insert(pandoc.Str(","))
    out:insert(pandoc.Space())
    out:extend(common.plain(entry.locator))
  end
  return out
end

local function sentence(parts)
  local out = pandoc.Inlines{}
  for _, part in ipairs(parts) do
    if #out > 0 then out:insert(pandoc.Space()) end
    out:extend(part)
  end
  return out
end

local function value_with_interval(entry)
  if entry.configurations and entry.configurations > 1 then
    return sentence{common.plain(string.format("%d/%d,", entry.holds, entry.configurations)),
                    format.value({value = entry.lowest}, {default_digits = "3"}), common.plain("to"),
                    format.value({value = entry.highest, unit = entry.unit}, {unit = "yes", default_digits = "3"})}
  end
  local out = format.value(entry, {unit = "yes", default_digits = "4"}) or pandoc.Inlines{pandoc.Str("\u{2013}")}
  local bracket = format.bracket(entry)
  if #bracket > 0 then
    out:insert(pandoc.Space())
    out:extend(bracket)
  end
  return out
end

local function claim_rows(wants)
  local rows = {}
  for _, id in ipairs(common.claim_ids()) do
    local claim = values.claims[id]
    if wants(claim) then rows[#rows + 1] = {anchor = "claim:" .. common.anchor(id), id = id, claim = claim} end
  end
  return rows
end

local function claims_table()
  local rows = claim_rows(function(claim) return claim.verdict ~= "open" end)
  for _, row in ipairs(rows) do
    local claim = row.claim
    local statement = common.plain(claim.statement .. ".")
    local reason = common.plain(claim.reason)
    row.cells = {code(row.id), #reason > 0 and sentence{statement, {pandoc.Emph(reason)}} or statement, source(claim),
                 common.plain(claim.accept ~= "" and claim.accept or "\u{2013}"), value_with_interval(claim),
                 pandoc.Inlines{pandoc.Span({}, {row.id, {"verdict"}})},
                 common.plain((claim.family or "") ~= "" and claim.family or "\u{2013}")}
  end
  return {id = "claims-table", title = "Claims and verdicts", page = "claims.html", rows = rows,
          intro = "Each claim that an experiment, a count or a published figure decides: the statement of its source, the " ..
                  "place, the accepted values (fixed before the first full run), the value found with its " ..
                  "95\u{a0}% interval (of several configurations: how many lie in the region, the least and the " ..
                  "greatest value), the resulting verdict, and whether its decision stands when the whole ledger may " ..
                  "err with a probability of five per cent (exact: the values have no spread).",
          columns = {{"Claim", 0.13}, {"Statement and reason", 0.32}, {"Source", 0.13}, {"Accepted", 0.10},
                     {"Found", 0.14}, {"Verdict", 0.10}, {"Ledger", 0.08}}}
end

local function open_table()
  local rows = claim_rows(function(claim) return claim.verdict == "open" end)
  for _, row in ipairs(rows) do
    row.cells = {code(row.id), common.plain(row.claim.statement), source(row.claim)}
  end
  return {id = "open-claims", title = "Open claims", page = "claims.html", rows = rows,
          intro = "Claims of the sources that no experiment of this artifact decides. None is counted as a success.",
          columns = {{"Claim", 0.18}, {"Statement", 0.57}, {"Source", 0.25}}}
end

local function numbers_table(used)
  local rows = {}
  for _, key in ipairs(used.numbers) do
    local entry = values.numbers[key]
    rows[#rows + 1] = {anchor = "num:" .. common.anchor(key), id = key, entry = entry,
                       cells = {code(key), value_with_interval(entry),
                                common.plain(entry.kind), common.plain(string.format("%d", entry.n or 1)),
                                common.plain(entry.method ~= "" and entry.method or "\u{2013}"),
                                code(entry.experiment or "")}}
  end
  return {id = "numbers", title = "Numbers in the text", page = "numbers.html", rows = rows,
          intro = "Each number in the text that a run produced: its key in the results, its value with the " ..
                  "95\u{a0}% interval where there is a spread, the method, the number of samples, and the experiment " ..
                  "that reproduces it.",
          columns = {{"Key", 0.24}, {"Value", 0.18}, {"Kind", 0.08}, {"n", 0.05}, {"Method", 0.34},
                     {"Experiment", 0.11}}}
end

local function published_table(used)
  local rows = {}
  for _, id in ipairs(used.published) do
    local fact = values.published[id]
    rows[#rows + 1] = {anchor = "pub:" .. common.anchor(id), id = id, entry = fact,
                       cells = {code(id), common.plain(fact.quantity), common.plain(fact.system),
                                format.fact(fact, {unit = "yes"}) or common.plain("\u{2013}"), source(fact),
                                common.plain(fact.kind)}}
  end
  return {id = "published-facts", title = "Published facts in the text", page = "published.html", rows = rows,
          intro = "Each number in the text that another paper or document states. None of them is our result.",
          columns = {{"Fact", 0.08}, {"Quantity", 0.30}, {"System", 0.13}, {"Value", 0.17}, {"Source", 0.23},
                     {"Kind", 0.09}}}
end

return function(used) return {claims_table(), open_table(), numbers_table(used), published_table(used)} end
