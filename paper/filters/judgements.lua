-- A sentence that judges a claim cites its row in the ledger and agrees with the verdict there; any other ends the
-- build.
--
-- A phrase of kJudgements judges. It belongs to the claims that its sentence cites ([]{.verdict}, []{.claim}), or to those
-- of a span around it ([does not hold]{.judged id="a;b"}), or to a count of verdicts ([]{.count}). Its verdicts must
-- include that of every claim, or one of the counted ones. A measured claim may have another verdict on another host,
-- so only []{.verdict} may print it. Emphasised words are mentioned, not used.
--
-- A document (metadata `document`) has no spans: there, and in captions and notes of tables, a claim is cited by its id,
-- and measured claims may be judged too, since the verdicts are those of the reference set. A row of a table is one
-- sentence.
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join{here, "common.lua"})
local values = common.values
local problems = common.problems()

local function set(...)
  local out = {}
  for _, name in ipairs{...} do out[name] = true end
  return out
end

--- Lua patterns of judgements in lower case, after the verdicts that they are true of. Words that have ordinary uses of
--- their own ("holds", "follows", "agrees") count only in phrases.
local kJudgements = {
  {set("reproduced"), "reproduce[sd]"},
  {set("refuted"), "refute[sd]?", "refuting", "refutation"},
  {set("circular"), "circular"},
  {set("partial", "partly matched by our model"),
   "holds? in part", "holds? partly", "partly holds?", "partly matched by our model"},
  {set("under a stated condition"), "holds? under"},
  {set("matched by our model"), "matched by our model", "model matches"},
  {set("not matched by our model"), "not matched by our model", "model misses"},
  {set("reproduced", "matched by our model", "under a stated condition"),
   "holds? exactly", "holds? here", "claims? holds?", "statements? holds?", "do hold", "does hold", "do follow",
   "does follow", "follows? from the logs", "confirms?", "confirmed", "corroborate[sd]?", "bears? out", "borne out",
   "checks? out", "as claimed", "as published", "as it states", "as the papers? says?", "as its paper says",
   "as the papers? states?", "as the sources? says?", "as its source says", "as the sources? states?",
   "as the retelling says", "agrees? with the claims?", "agrees? with the source", "agrees? with the paper", "is right",
   "are right", "is correct", "are correct", "is true", "are true"},
  {set("refuted", "not matched by our model", "not found"),
   "do not hold", "does not hold", "claims? fails?", "claims? failed", "do not follow", "does not follow",
   "do not support", "does not support", "disconfirms?", "disprove[sdn]?", "contradicts?", "contradicted", "rules? out",
   "not the claimed", "not the stated", "not the published", "not the printed", "not by the factor claimed",
   "falls? short", "fell short", "is wrong", "are wrong", "is false", "are false", "untrue", "is not true",
   "are not true", "cannot be true"},
  {set("reproduced", "matched by our model", "under a stated condition", "partial", "partly matched by our model"),
   "it holds"},
  {set("refuted", "not matched by our model", "not found", "partial", "partly matched by our model"),
   "wrong numbers?", "wrong counts?"},
}

--- {pattern, verdicts} of all judgements, longer patterns first, so that "does not hold" is never read as "hold".
local phrases = {}
for _, judgement in ipairs(kJudgements) do
  for at = 2, #judgement do phrases[#phrases + 1] = {judgement[at], judgement[1]} end
  for verdict in pairs(judgement[1]) do
    local known = false
    for _, name in pairs(values.verdict_names) do known = known or name == verdict end
    if not known then error("judgements.lua: unknown verdict \"" .. verdict .. "\"", 0) end
  end
end
table.sort(phrases, function(a, b) return #a[1] > #b[1] or (#a[1] == #b[1] and a[1] < b[1]) end)

local kHidden = "\u{1}"  -- replaces what is not prose, so that no phrase matches across it

--- What a piece of text cites: claim ids and the names of counted verdicts.
local function sources() return {ids = {}, counts = {}} end

--- Text of inlines as pieces: {text=…}, {id=…}, {count=…}, and {text=…, ids=…} for a .judged span.
local function pieces_of(inlines, out, by_name)
  local function text(words) out[#out + 1] = {text = words} end
  for _, inline in ipairs(inlines) do
    local t = inline.t
    if t == "Str" then
      local word = inline.text:gsub("^%(", ""):gsub("[,.;:)]*$", "")
      if by_name and (values.claims or {})[word] then
        out[#out + 1] = {id = word}
        text(kHidden .. (inline.text:match("%.$") or ""))
      else
        text(inline.text)
      end
    elseif t == "Space" or t == "SoftBreak" or t == "LineBreak" then
      text(" ")
    elseif t == "Code" then
      if by_name and (values.claims or {})[inline.text] then out[#out + 1] = {id = inline.text} end
      text(kHidden)
    elseif t == "Span" and common.is(inline, "judged") then
      out[#out + 1] = {text = pandoc.utils.stringify(inline.content), ids = common.split(inline.identifier)}
    elseif t == "Span" and (common.is(inline, "verdict") or common.is(inline, "claim")) then
      out[#out + 1] = {id = common.id(inline) or ""}
      text(kHidden)
    elseif t == "Span" and common.is(inline, "count") then
      out[#out + 1] = {count = inline.attributes.of or ""}
      text(kHidden)
    elseif t == "Cite" or t == "Emph" or t == "Math" or t == "RawInline" or t == "Note" or t == "Quoted" then
      text(kHidden)
    elseif t == "Span" and (common.is(inline, "num") or common.is(inline, "pub") or common.is(inline, "ref")) then
      text(kHidden)
    else
      pieces_of(inline.content or {}, out, by_name)
    end
  end
  return out
end

--- The sentences of pieces: text, what it cites, and which characters a .judged span covers.
local function sentences_of(pieces)
  local list, now = {}, {text = "", cited = sources(), judged = {}}
  local function close()
    if now.text:match("%S") then list[#list + 1] = now end
    now = {text = "", cited = sources(), judged = {}}
  end
  for _, piece in ipairs(pieces) do
    if piece.id then
      table.insert(now.cited.ids, piece.id)
    elseif piece.count then
      table.insert(now.cited.counts, values.verdict_names[piece.count] or "")
    elseif piece.ids then
      table.insert(now.judged, {from = #now.text + 1, to = #now.text + #piece.text, ids = piece.ids})
      now.text = now.text .. piece.text
    elseif piece.text == " " and now.text:match("[.?!][)\u{1}]*$") then
      close()
    elseif not (piece.text == " " and now.text:match(" $")) then
      now.text = now.text .. piece.text
    end
  end
  close()
  return list
end

local function judge_by(phrase, verdicts, ids, place, sentence, by_name)
  for _, id in ipairs(ids) do
    local claim = (values.claims or {})[id]
    if not claim then
      problems.add(place, "found \"" .. phrase .. "\" of the unknown claim \"" .. id .. "\" in: " .. sentence)
    elseif claim.kind == "measured" and not by_name then
      problems.add(place, "found \"" .. phrase .. "\" of the measured claim " .. id .. ", whose verdict may differ on " ..
                              "another host; expected []{.verdict id=" .. id .. "} in: " .. sentence)
    elseif claim.verdict ~= "stale" and not verdicts[claim.verdict] then
      problems.add(place, "found \"" .. phrase .. "\" of the claim " .. id .. ", whose verdict is \"" .. claim.verdict ..
                              "\" in: " .. sentence)
    end
  end
end

local function check_sentence(sentence, place, by_name)
  local lower, taken = sentence.text:lower(), {}
  local shown = (sentence.text:gsub(kHidden, "…"):gsub("%s+", " "):gsub("^ ", ""))
  local function is_free(from, to)
    for at = from, to do if taken[at] then return false end end
    for at = from, to do taken[at] = true end
    return true
  end
  for _, entry in ipairs(phrases) do
    local from, to = 0, 0
    while true do
      from, to = lower:find("%f[%a]" .. entry[1]:gsub(" ", "%%s+") .. "%f[%A]", to + 1)
      if not from then break end
      if is_free(from, to) then
        local phrase, ids = sentence.text:sub(from, to), sentence.cited.ids
        for _, span in ipairs(sentence.judged) do
          if from >= span.from and to <= span.to then ids = span.ids end
        end
        local counted = false  -- then the ledger itself says it of that many claims
        for _, verdict in ipairs(sentence.cited.counts) do counted = counted or entry[2][verdict] end
        if not counted and #ids == 0 then
          problems.add(place, "found \"" .. phrase .. "\", which judges, without a claim; expected its row, by .verdict, " ..
                                  ".claim or .judged, in: " .. shown)
        elseif not counted then
          judge_by(phrase, entry[2], ids, place, shown, by_name)
        end
      end
    end
  end
  for _, span in ipairs(sentence.judged) do
    if #span.ids == 0 then problems.add(place, "a .judged span without id in: " .. shown) end
  end
end

local check_blocks

local function check(inlines, place, by_name)
  for _, sentence in ipairs(sentences_of(pieces_of(inlines, {}, by_name))) do check_sentence(sentence, place, by_name) end
end

--- A row of a table is one sentence.
local function check_rows(rows, place)
  for _, row in ipairs(rows) do
    local pieces = {}
    for _, cell in ipairs(row.cells) do
      for _, piece in ipairs(pieces_of(pandoc.utils.blocks_to_inlines(cell.contents), {}, true)) do
        pieces[#pieces + 1] = piece.text and {text = (piece.text:gsub("[.?!]", ","))} or piece
      end
      pieces[#pieces + 1] = {text = kHidden}
    end
    check_sentence(sentences_of(pieces)[1] or {text = "", cited = sources(), judged = {}}, place, true)
  end
end

function check_blocks(blocks, place, by_name)
  for _, block in ipairs(blocks) do
    local t = block.t
    if t == "Para" or t == "Plain" or t == "Header" then
      check(block.content, place, by_name)
    elseif t == "BlockQuote" or t == "Div" then
      check_blocks(block.content, place, by_name)
    elseif t == "BulletList" or t == "OrderedList" then
      for _, item in ipairs(block.content) do check_blocks(item, place, by_name) end
    elseif t == "Table" then
      for _, body in ipairs(block.bodies) do check_rows(body.body, place) end
    end
  end
end

function Pandoc(doc)
  local by_name = doc.meta.document ~= nil
  -- A copy is read: Pandoc takes back an empty Div whose content was looked at with an empty paragraph in it.
  common.each_block(doc:clone(), function(block, place) check_blocks({block}, place, by_name) end)
  if not by_name then
    for _, kind in ipairs{"figures", "tables"} do
      for _, name in ipairs(common.sorted_keys(values[kind])) do
        local float = values[kind][name]
        local place = {file = kind:sub(1, -2) .. " " .. name}
        check(common.inlines(float.caption), place, kind == "tables")
        check(common.inlines(float.note), place, true)
      end
    end
  end
  problems.raise()
  return doc:walk{Span = function(span) if common.is(span, "judged") then return span.content end end}
end
