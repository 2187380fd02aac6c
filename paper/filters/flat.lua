-- Plain Markdown has no divs: after citeproc, what they hold stands for itself.
function Div(div) return div.content end
