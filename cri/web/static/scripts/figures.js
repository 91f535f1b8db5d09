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
  const config = { displayModeBar: false, responsive: true, scrollZoom: false }

  function draw(holder, figure) {
    const style = getComputedStyle(document.documentElement)
    const { data, layout } = coloured(figure, style)
    const font = { family: getComputedStyle(document.body).fontFamily, color: style.getPropertyValue('--ink').trim(), size: 14 }
    return window.Plotly.react(holder, data, { ...layout, autosize: true, width: undefined, font: { ...font, ...layout.font }, transition: still ? undefined : layout.transition }, config)
  }

  // Everybody can go through the marks: each says by arrow key what it says under the pointer.
  function reachable(holder) {
    const said = document.createElement('p')
    said.className = 'govuk-visually-hidden'
    said.setAttribute('aria-live', 'polite')
    holder.after(said)
    holder.tabIndex = 0
    holder.setAttribute('role', 'group')
    holder.setAttribute('aria-label', `${document.getElementById(`${holder.id}-title`).textContent}. ${holder.dataset.keys}`)
    let at = -1
    holder.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
      const marks = holder.data.flatMap((trace, curveNumber) =>
        (Array.isArray(trace.hovertext) ? trace.hovertext : []).map((text, pointNumber) => ({ text, curveNumber, pointNumber })))
        .filter((mark) => typeof mark.text === 'string' && mark.text)
      if (!step || !marks.length) return
      event.preventDefault()
      at = (at + step + marks.length) % marks.length
      const { text, curveNumber, pointNumber } = marks[at]
      window.Plotly.Fx.hover(holder, [{ curveNumber, pointNumber }])
      const plain = new DOMParser().parseFromString(text.replaceAll('<br>', ', '), 'text/html')
      said.textContent = plain.body.textContent
    })
    holder.addEventListener('blur', () => window.Plotly.Fx.unhover(holder, []))
  }

  // The file is drawn from a figure of its own: whole names, the report's colours, a title and a source.
  async function take(button) {
    const answer = await fetch(button.dataset.svg, { credentials: 'same-origin' })
    if (!answer.ok) throw new Error(String(answer.status))
    const { data, layout } = await answer.json()
    const image = await window.Plotly.toImage({ data, layout }, { format: 'svg', width: layout.width, height: layout.height, imageDataOnly: true })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([image], { type: 'image/svg+xml' }))
    link.download = `${button.dataset.svg.split('/').pop().split('.json')[0]}.svg`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60000)
  }

  function offer(holder) {
    const button = holder.closest('.cri-figure')?.querySelector('[data-svg]')
    if (!button) return
    button.hidden = false
    button.addEventListener('click', async () => {
      button.disabled = true
      try { await take(button) } finally { button.disabled = false }
    })
  }

  async function show(holder) {
    const twin = holder.closest('.cri-figure')?.querySelector('.cri-figure__twin')
    try {
      const answer = await fetch(holder.dataset.figureSrc, { credentials: 'same-origin' })
      if (!answer.ok) throw new Error(String(answer.status))
      const figure = await answer.json()
      holder.hidden = false
      await draw(holder, figure)
      reachable(holder)
      offer(holder)
      if (twin && twin.dataset.twin === 'folded') twin.open = false
      window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw(holder, figure))
    } catch {
      holder.hidden = false
      holder.textContent = holder.dataset.failed
    }
  }

  for (const holder of holders) show(holder)
})()
