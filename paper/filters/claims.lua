-- []{.verdict id=…} prints a claim's verdict, []{.claim id=… field=…} a field of its row in the ledger.
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join{here, "common.lua"})
local format = dofile(pandoc.path.join{here, "format.lua"})
local problems = common.problems()

local kNumbers = {value = true, low = true, high = true, lowest = true, highest = true}
local kTexts = {reason = true, statement = true, accept = true, stated = true}

local function claim_of(span, place)
  local id = common.id(span)
  local claim = id and (common.values.claims or {})[id]
  if not claim then problems.add(place, "unknown claim \"" .. tostring(id) .. "\"") end
  return claim, id
end

local function verdict(span, place)
  local claim, id = claim_of(span, place)
  if not claim then return end
  local class = claim.verdict:gsub("%W", "-")
  local word = common.plain(claim.verdict)
  if common.is_latex then return common.latex_macro("verdict", {common.anchor(id), class}, word) end
  if common.is_markdown then return word end
  return pandoc.Link(word, "html/claims.html#" .. common.anchor(id), id .. ": " .. (claim.reason or ""),
                     {class = "verdict " .. class})
end

--- The accepted interval must not break across lines.
local function text_of(name, text)
  if name == "accept" then text = text:gsub(", ", ",\u{a0}") end
  return common.plain(text)
end

local function field(span, place)
  local claim, id = claim_of(span, place)
  if not claim then return end
  local name = span.attributes.field
  if kTexts[name] then
    if claim[name] then return text_of(name, claim[name]) end
    problems.add(place, "claim \"" .. id .. "\" has no " .. name)
  elseif kNumbers[name] then
    local text, why = format.value({value = claim[name], unit = claim.unit}, span.attributes)
    if not text and claim.verdict:find("^not measurable") then text = common.plain(claim.verdict) end
    if not text then
      problems.add(place, "claim \"" .. id .. "\", field " .. name .. ": " .. why)
    elseif common.is_latex then
      return common.latex_macro("claimed", {common.anchor(id)}, text)
    elseif common.is_html then
      return pandoc.Link(text, "html/claims.html#" .. common.anchor(id), id, {class = "measured"})
    else
      return text
    end
  else
    problems.add(place, "claim \"" .. id .. "\": unknown field \"" .. tostring(name) .. "\"")
  end
end

function Pandoc(doc)
  doc = common.walk(doc, function(place)
    return {Span = function(span)
      if common.is(span, "verdict") then return verdict(span, place) end
      if common.is(span, "claim") then return field(span, place) end
    end}
  end)
  problems.raise()
  return doc
end
