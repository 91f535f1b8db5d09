// A tablet for all: asks whoever has gone quiet, and returns to the start when nobody answers.
(() => {
  'use strict'
  const dialog = document.getElementById('still-here')
  const [idle, warn] = [Number(dialog.dataset.idle), Number(dialog.dataset.warn)]
  const bar = dialog.querySelector('progress')
  let touched = Date.now()

  const leave = () => location.replace(dialog.dataset.start)

  // The clock, not a count of ticks: a tablet that slept has been quiet as well.
  function look() {
    const quiet = (Date.now() - touched) / 1000
    if (quiet >= idle + warn) { leave(); return }
    if (quiet >= idle && !dialog.open) dialog.showModal()
    if (dialog.open) bar.value = idle + warn - quiet
  }

  function touch() {
    touched = Date.now()
    if (dialog.open) dialog.close()
  }

  for (const kind of ['pointerdown', 'keydown', 'input', 'wheel', 'touchmove']) {
    addEventListener(kind, touch, { passive: true })
  }
  // A page that the browser had kept for its Back button is somebody else's.
  addEventListener('pageshow', (event) => { if (event.persisted) leave() })
  setInterval(look, 500)
})()
