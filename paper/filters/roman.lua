-- 4 → "IV". IEEEtran numbers sections and tables this way, and the other formats follow it.
local kLetters = {{50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}}

return function(n)
  local text = ""
  for _, letter in ipairs(kLetters) do
    while n >= letter[1] do
      text = text .. letter[2]
      n = n - letter[1]
    end
  end
  return text
end
