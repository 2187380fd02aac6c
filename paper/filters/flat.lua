-- Plain Markdown has no divs: after citeproc, each div is replaced with its content.
function Div(div) return div.content end
