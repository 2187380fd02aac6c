-- Prints a value: rounded, grouped, with exponent and unit. Everything is Inlines, so that Pandoc's writers escape it.
local format = {}

local kNoBreak = "\u{a0}"
local kPlainBelow = 1e7  -- whole numbers below this are printed in full

local function group(digits)
  if #digits < 5 then return digits end
  local head = #digits % 3
  local grouped = digits:sub(head + 1):gsub("(%d%d%d)", ",%1")
  return head == 0 and grouped:sub(2) or digits:sub(1, head) .. grouped
end

--- A decimal number as text, with a true minus sign and digit groups of three from five digits on.
local function dress(text)
  local sign, whole, rest = text:match("^(-?)(%d+)(.*)$")
  if not whole then return text end
  if sign == "-" and not (whole .. rest):match("[1-9]") then sign = "" end
  return (sign == "-" and "\u{2212}" or "") .. group(whole) .. rest
end

--- How a value is rounded; its interval is rounded in the same way.
local function style_of(value, options)
  if options.fmt and options.fmt ~= "" then return {fmt = options.fmt} end
  if value == 0 then return {decimals = 0, step = 1} end
  local digits = tonumber(options.digits)
  if not digits and value == math.floor(value) and math.abs(value) < kPlainBelow then
    return {decimals = 0, step = 1}
  end
  digits = digits or tonumber(options.default_digits) or 3
  local magnitude = tonumber(string.format("%." .. (digits - 1) .. "e", value):match("e([-+]%d+)$"))
  if magnitude >= 6 or magnitude <= -4 then return {decimals = digits - 1, exponent = magnitude, step = 1} end
  local decimals = math.max(0, digits - 1 - magnitude)
  return {decimals = decimals, step = magnitude >= digits and 10 ^ (magnitude - digits + 1) or 1}
end

local function apply(style, value)
  if value == math.huge then return "\u{221e}" end
  if value == -math.huge then return "\u{2212}\u{221e}" end
  if style.fmt then
    if style.fmt:match("%%[-+ #0]*%d*d") then value = math.tointeger(math.floor(value + 0.5)) end
    return dress(string.format(style.fmt, value))
  end
  if style.exponent then value = value / 10.0 ^ style.exponent end
  if style.step > 1 then value = math.floor(value / style.step + 0.5) * style.step end
  return dress(string.format("%." .. math.floor(style.decimals) .. "f", value))
end

local function add_exponent(out, style)
  if not style.exponent then return end
  out:insert(pandoc.Str(kNoBreak .. "\u{d7}" .. kNoBreak .. "10"))
  out:insert(pandoc.Superscript{pandoc.Str(dress(tostring(math.tointeger(style.exponent) or style.exponent)))})
end

--- The unit as it follows a number: "x" is a factor and follows directly, any other unit after a non-breaking space.
function format.unit(unit)
  if not unit or unit == "" or unit == "1" then return "" end
  if unit == "x" then return "\u{d7}" end
  return kNoBreak .. unit:gsub("%s+", kNoBreak)
end

--- entry: value, low, high, unit, kind. options: digits, fmt, scale, unit, ci, as strings from a span's attributes;
--- default_digits: used where neither digits nor fmt is given and the value is not an integer.
--- Returns Inlines, or nil and the reason.
function format.value(entry, options)
  local value = tonumber(entry.value)
  if not value or value ~= value then return nil, "has no value" end
  local scale = 1
  if options.scale then
    scale = tonumber(options.scale)
    if not scale then return nil, "scale=" .. options.scale .. " is not a number" end
  end
  local ok, style = pcall(style_of, value * scale, options)
  if not ok then return nil, "digits=" .. tostring(options.digits) .. " is not a number of digits" end
  local fine, text = pcall(apply, style, value * scale)
  if not fine then return nil, "fmt=\"" .. tostring(options.fmt) .. "\" is not a number format" end
  local out = pandoc.Inlines{pandoc.Str(text)}
  add_exponent(out, style)
  if options.unit == "yes" then
    out:insert(pandoc.Str(format.unit(entry.unit)))
  elseif options.unit and options.unit ~= "no" then
    out:insert(pandoc.Str(format.unit(options.unit)))
  end
  if options.ci == "yes" then out:extend(format.interval(entry, style, scale)) end
  return out
end

--- " (95 % interval a to b)", or "(exact)" or "(deterministic)" by kind where there is no spread.
function format.interval(entry, style, scale)
  local low, high = tonumber(entry.low), tonumber(entry.high)
  local out = pandoc.Inlines{pandoc.Space()}
  if not low or not high or (low == high and entry.kind ~= "measured") then
    out:insert(pandoc.Str(entry.kind == "computed" and "(exact)" or "(deterministic)"))
    return out
  end
  out:extend{pandoc.Str("(95" .. kNoBreak .. "%"), pandoc.Space(), pandoc.Str("interval"), pandoc.Space(),
             pandoc.Str(apply(style, low * scale)), pandoc.Space(), pandoc.Str("to"), pandoc.Space(),
             pandoc.Str(apply(style, high * scale) .. (style.exponent and "," or ""))}
  add_exponent(out, style)
  out:insert(pandoc.Str(")"))
  return out
end

--- Inlines of a value as plain text, "1.2 × 10^10" for an exponent.
function format.text(inlines)
  local parts = {}
  for _, inline in ipairs(inlines) do
    parts[#parts + 1] = (inline.t == "Superscript" and "^" or "") .. pandoc.utils.stringify(inline)
  end
  return table.concat(parts)
end

--- "[low, high]" for tables, with one digit more than in the text; empty where there is no spread.
function format.bracket(entry)
  local value, low, high = tonumber(entry.value), tonumber(entry.low), tonumber(entry.high)
  if not value or not low or not high or low == high then return pandoc.Inlines{} end
  local style = style_of(value, {default_digits = "4"})
  local out = pandoc.Inlines{pandoc.Str("[" .. apply(style, low) .. ","), pandoc.Space(),
                             pandoc.Str(apply(style, high) .. "]")}
  add_exponent(out, style)
  return out
end

--- A published number as its source prints it, except for exponents and digit groups.
local function quoted(text)
  local mantissa, exponent = text:match("^(-?[%d.]+)[eE]([-+]?%d+)$")
  if mantissa then
    local out = pandoc.Inlines{pandoc.Str(dress(mantissa))}
    add_exponent(out, {exponent = math.tointeger(tonumber(exponent))})
    return out
  end
  return pandoc.Inlines{pandoc.Str(text:match("^-?%d[%d.]*$") and dress(text) or text)}
end

--- A published fact: a value, a range low–high, or a bound. Returns Inlines, or nil and the reason.
function format.fact(fact, options)
  local unit = ""
  if options.unit and options.unit ~= "no" then
    unit = format.unit(options.unit == "yes" and fact.unit or options.unit)
  end
  local function one(text)
    if options.digits or options.fmt or options.scale then
      return format.value({value = text}, {digits = options.digits, fmt = options.fmt, scale = options.scale})
    end
    return quoted(text)
  end
  local function has(text) return text ~= nil and text ~= "" end
  local out, why = pandoc.Inlines{}, nil
  local function append(text)
    local inlines, reason = one(text)
    if inlines then out:extend(inlines) else why = reason end
  end
  if has(fact.value) then
    append(fact.value)
  elseif has(fact.low) and has(fact.high) then
    append(fact.low)
    out:insert(pandoc.Str("\u{2013}"))
    append(fact.high)
  elseif has(fact.low) or has(fact.high) then
    out:insert(pandoc.Str((has(fact.low) and "\u{2265}" or "\u{2264}") .. kNoBreak))
    append(has(fact.low) and fact.low or fact.high)
  else
    return nil, "has no value"
  end
  if why then return nil, why end
  out:insert(pandoc.Str(unit))
  return out
end

return format
