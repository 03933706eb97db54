// Where QR codes are drawn: whole device pixels for each module, black on white whatever the theme.

export interface Surface {
  /** True is dark; the empty border is part of it. */
  draw(matrix: readonly (readonly boolean[])[]): void
  close(): void
}

/**
 * The canvas becomes as wide as the element around it allows with modules of whole pixels, and is drawn anew when that changes.
 * The element around must have a width of its own, and be as high as it is wide.
 */
export function canvasSurface(canvas: HTMLCanvasElement): Surface {
  const small = document.createElement('canvas')
  let shown: readonly (readonly boolean[])[] = []

  const paint = (): void => {
    const modules = shown.length
    const [to, from] = [canvas.getContext('2d'), small.getContext('2d')]
    if (modules === 0 || to === null || from === null) return
    small.width = modules
    small.height = modules
    from.putImageData(pictureOf(shown), 0, 0)
    const side = modules * pixelsOfModule(canvas, modules)
    if (canvas.width !== side) {
      canvas.width = side
      canvas.height = side
      canvas.style.width = `${side / devicePixelRatio}px`
      canvas.style.height = canvas.style.width
    }
    to.imageSmoothingEnabled = false
    to.drawImage(small, 0, 0, side, side)
  }

  const observer = new ResizeObserver(paint)
  if (canvas.parentElement !== null) observer.observe(canvas.parentElement)
  return {
    draw: (matrix) => {
      shown = matrix
      paint()
    },
    close: () => {
      observer.disconnect()
      shown = []
    },
  }
}

function pixelsOfModule(canvas: HTMLCanvasElement, modules: number): number {
  const width = canvas.parentElement?.clientWidth ?? 0
  return Math.max(1, Math.floor((width * devicePixelRatio) / modules))
}

function pictureOf(matrix: readonly (readonly boolean[])[]): ImageData {
  const picture = new ImageData(matrix.length, matrix.length)
  matrix.flat().forEach((isDark, at) => {
    picture.data.set(isDark ? [0, 0, 0, 255] : [255, 255, 255, 255], at * 4)
  })
  return picture
}
