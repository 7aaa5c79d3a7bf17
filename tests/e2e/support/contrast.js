/**
 * The texts of a page whose contrast is too low ([WCAG 2.2 §1.4.3](https://www.w3.org/TR/WCAG22/#contrast-minimum), level AA),
 * each with its ratio. For `page.evaluate`.
 */
export function lowContrasts() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas to read colours by");

  // A canvas reads every way in which CSS writes a colour.
  /** @param {string[]} layers the lowest first */
  const paint = (layers) => {
    context.clearRect(0, 0, 1, 1);
    for (const layer of layers) {
      context.fillStyle = layer;
      context.fillRect(0, 0, 1, 1);
    }
    const [red = 0, green = 0, blue = 0] = context.getImageData(
      0,
      0,
      1,
      1,
    ).data;
    return [red, green, blue];
  };

  /** @param {number[]} colour */
  const luminance = (colour) => {
    const [red = 0, green = 0, blue = 0] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045
        ? share / 12.92
        : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  /** @param {Element} element */
  const backgroundsOf = (element) => {
    const layers = [];
    /** @type {Element | null} */
    let each = element;
    while (each) {
      layers.unshift(getComputedStyle(each).backgroundColor);
      each = each.parentElement;
    }
    return ["white", ...layers];
  };

  const low = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent?.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element?.checkVisibility()) continue;
    const { color, fill, fontSize, fontWeight } = getComputedStyle(element);
    const layers = backgroundsOf(element);
    const ink = element instanceof SVGElement ? fill : color;
    const [dark = 0, light = 0] = [paint([...layers, ink]), paint(layers)]
      .map(luminance)
      .sort((one, other) => one - other);
    const ratio = (light + 0.05) / (dark + 0.05);
    const pixels = parseFloat(fontSize);
    const isLarge =
      pixels >= 24 || (pixels >= 18.66 && Number(fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) {
      low.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
    }
  }
  return low;
}
