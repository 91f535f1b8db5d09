// Draws the figures of a page. The server sends plain plotly figures whose colours are names of the page's own
// custom properties ("--pool"), so that a chart follows light, dark and forced colours like the text around it.
(() => {
  'use strict'
  const holders = [...document.querySelectorAll('[data-figure-src]')]
  if (!holders.length || !window.Plotly) return

  const coloured = (value, style) => {
    if (typeof value === 'string' && value.startsWith('--')) return style.getPropertyValue(value).trim() || value
    if (Array.isArray(value)) return value.map((part) => coloured(part, style))
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, coloured(part, style)]))
    }
    return value
  }

  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const config = { displaylogo: false, responsive: true, scrollZoom: false, modeBarButtons: [['toImage']], toImageButtonOptions: { format: 'svg' } }

  function draw(holder, figure) {
    const style = getComputedStyle(document.documentElement)
    const { data, layout } = coloured(figure, style)
    const font = { family: getComputedStyle(document.body).fontFamily, color: style.getPropertyValue('--ink').trim(), size: 14 }
    return window.Plotly.react(holder, data, { ...layout, autosize: true, width: undefined, font: { ...font, ...layout.font }, transition: still ? undefined : layout.transition }, config)
  }

  async function show(holder) {
    const twin = holder.closest('.cri-figure')?.querySelector('.cri-figure__twin')
    try {
      const answer = await fetch(holder.dataset.figureSrc, { credentials: 'same-origin' })
      if (!answer.ok) throw new Error(String(answer.status))
      const figure = await answer.json()
      holder.hidden = false
      await draw(holder, figure)
      if (twin) twin.open = false
      window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw(holder, figure))
    } catch {
      holder.hidden = false
      holder.textContent = holder.dataset.failed
    }
  }

  for (const holder of holders) show(holder)
})()
