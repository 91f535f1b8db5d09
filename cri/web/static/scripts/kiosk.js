// A tablet for all: asks whoever has gone quiet, and returns to the start when nobody answers.
(() => {
  'use strict'
  const dialog = document.getElementById('still-here')
  const [idle, warn] = [Number(dialog.dataset.idle), Number(dialog.dataset.warn)]
  const bar = dialog.querySelector('progress')
  let touched = Date.now()
  const looking = setInterval(look, 500)

  // Once: asking again each half second would begin the journey anew each time, and on a slow line it would never
  // end. What is on the screen goes at once, since the line may be slow.
  function leave() {
    clearInterval(looking)
    dialog.close()
    document.body.hidden = true
    location.replace(dialog.dataset.start)
  }

  // The clock, not a count of ticks: a tablet that slept has been quiet as well.
  function look() {
    const quiet = (Date.now() - touched) / 1000
    if (quiet >= idle + warn) { leave(); return }
    if (quiet >= idle && !dialog.open) dialog.showModal()
    if (dialog.open) bar.value = idle + warn - quiet
  }

  // While it asks, only the answer counts: a dialog that went at the first touch would let the touch through.
  function touch() {
    if (!dialog.open) touched = Date.now()
  }
  // At the press, not when the dialog has gone: on a busy tablet that comes later than the next look.
  for (const kind of ['submit', 'cancel', 'close']) {
    dialog.addEventListener(kind, () => { touched = Date.now() })
  }

  for (const kind of ['pointerdown', 'keydown', 'input', 'wheel', 'touchmove']) {
    addEventListener(kind, touch, { passive: true })
  }
  // A page that the browser had kept for its Back button is somebody else's.
  addEventListener('pageshow', (event) => { if (event.persisted) leave() })
})()
