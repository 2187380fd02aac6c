-- In Markdown, code blocks are fenced. In LaTeX, identifiers may break after punctuation and long lines of blocks are
-- wrapped, so that neither overflows a narrow column.
local kEscapes = {["\\"] = "\\textbackslash{}", ["{"] = "\\{", ["}"] = "\\}", ["$"] = "\\$", ["&"] = "\\&",
                  ["#"] = "\\#", ["%"] = "\\%", ["_"] = "\\_", ["^"] = "\\textasciicircum{}",
                  ["~"] = "\\textasciitilde{}", ["'"] = "\\textquotesingle{}", ["`"] = "\\textasciigrave{}", ["-"] = "-{}"}

local function breakable(text)
  return (text:gsub(".", function(char)
    local escaped = kEscapes[char] or char
    return char:match("[/._:=,-]") and escaped .. "\\allowbreak{}" or escaped
  end))
end

--- One line of a block. Its spaces are kept, and the line may still break at them.
local function code_line(line)
  local indent, rest = line:match("^( *)(.*)$")
  local text = string.rep("~", #indent) .. breakable(rest):gsub("  ", "~ ")
  return "\\codeline{" .. (text == "" and "\\strut" or text) .. "}"
end

function Code(code)
  if FORMAT == "latex" then return pandoc.RawInline("latex", "\\code{" .. breakable(code.text) .. "}") end
end

function CodeBlock(block)
  if FORMAT == "gfm" and #block.classes == 0 then
    block.classes:insert("text")  -- without a class it would be printed as an indented block
    return block
  end
  if FORMAT ~= "latex" then return nil end
  local lines = {}
  for line in (block.text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = code_line(line) end
  return pandoc.RawBlock("latex", "\\begin{codeblock}\n" .. table.concat(lines, "\n") .. "\n\\end{codeblock}")
end
