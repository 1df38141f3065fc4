/** The width of an element in CSS pixels, as it changes: charts are drawn for it, so that lines and letters stay crisp. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

/**
 * The reference to give to the element, and its width; 0 before it is measured.
 *
 * The observer tells it before the first paint. Asking the element itself would force a layout amid a change of the page.
 */
export function useWidth<T extends Element>(): readonly [RefObject<T | null>, number] {
  const element = useRef<T>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
