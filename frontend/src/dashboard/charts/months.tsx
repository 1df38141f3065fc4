/**
 * Spending and income by month: income is the open column, spending the solid one before it. Each month is a link.
 *
 * Months keep a width that a finger hits: where they do not fit, the columns scroll under an axis that stays. The same
 * figures are in the table that the view shows below (and the links of the table are the same links).
 */

import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { axisMoney, month as monthName } from "../format";
import { words } from "../i18n";
import "../styles/charts.css";
import { moneyAxis } from "./axis";
import type { MoneyAxis } from "./axis";
import { useWidth } from "./width";
import type { Minor } from "../wire";

export interface MonthColumn {
  /** "YYYY-MM". */
  readonly month: string;
  readonly spent: Minor;
  readonly income: Minor;
  /** All that the month says, for whoever does not see the column. */
  readonly says: string;
  readonly href: string;
  /** Whether the filter leaves days of it. */
  readonly within: boolean;
  /** Whether the filter is this month and nothing else. */
  readonly chosen: boolean;
  /** Whether its figures were kept by this browser, wholly or in part: drawn hatched. */
  readonly kept?: boolean;
  /** Whether days of it are not known: drawn pale, with a broken outline. */
  readonly partly?: boolean;
}

const HEIGHT = 224;
const TOP = 12;
const FOOT = 44;
const AXIS = 52;
const LEAST_STEP = 26;
const MOST_STEP = 72;

export function MonthChart({ columns, currency, label }: { columns: readonly MonthColumn[]; currency: string; label: string }) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const room = Math.max(width - AXIS, 0);
  const step = Math.min(Math.max(room / columns.length, LEAST_STEP), MOST_STEP);
  const across = step * columns.length;
  const axis = moneyAxis(columns.flatMap(({ spent, income }) => [spent, income]), [HEIGHT - FOOT, TOP]);
  const [read, setRead] = useState("");
  const hatch = useId();
  const shown = columns.find((each) => each.month === read) ?? columns.find((each) => each.chosen);
  return (
    <figure class="month-chart" ref={frame} onPointerLeave={() => setRead("")}>
      <figcaption>
        <span class="legend">
          <Key kind="spent" name={words.value.charts.spent} />
          {columns.some(({ income }) => income !== 0) && <Key kind="income" name={words.value.charts.income} />}
          {columns.some(({ kept }) => kept) && <Key kind="kept" hatch={hatch} name={words.value.charts.kept} />}
          {columns.some(({ partly }) => partly) && <Key kind="partly" name={words.value.charts.partly} />}
        </span>
        <span class="reading" data-figure aria-hidden="true">{shown?.says ?? ""}</span>
      </figcaption>
      {width > 0 && (
        <div class="plot">
          <Ticks axis={axis} currency={currency} />
          <Scroller hidden={across - room}>
            <svg class="columns" width={across} height={HEIGHT} viewBox={`0 0 ${across} ${HEIGHT}`} role="group" aria-label={label}>
              <Hatch id={hatch} />
              <g aria-hidden="true">
                {axis.ticks.map((tick) => (
                  <path key={tick} class={tick === 0 ? "zero" : "grid"} d={`M0 ${Math.round(axis.scale(tick)) + 0.5}H${across}`} />
                ))}
              </g>
              <Columns columns={columns} axis={axis} across={across} hatch={hatch} onRead={setRead} />
            </svg>
          </Scroller>
        </div>
      )}
    </figure>
  );
}

/** The strokes of what this browser kept. An attribute fills with them: a style sheet's address would be looked for in its own file. */
function Hatch({ id }: { readonly id: string }) {
  return (
    <defs>
      <pattern id={id} class="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path d="M1.25 0V5" />
      </pattern>
    </defs>
  );
}

function Key({ kind, name, hatch }: { readonly kind: string; readonly name: string; readonly hatch?: string }) {
  return (
    <span class="key">
      <svg class={`swatch ${kind}`} width="12" height="12" aria-hidden="true" focusable="false">
        <rect x="1" y="1" width="10" height="10" fill={hatch && `url(#${hatch})`} />
      </svg>
      {name}
    </span>
  );
}

function Ticks({ axis, currency }: { readonly axis: MoneyAxis; readonly currency: string }) {
  return (
    <svg class="ticks" width={AXIS} height={HEIGHT} aria-hidden="true" focusable="false">
      {axis.ticks.map((tick) => (
        <text key={tick} data-figure x={AXIS - 8} y={Math.round(axis.scale(tick)) + 4} text-anchor="end">
          {axisMoney(tick, currency)}
        </text>
      ))}
    </svg>
  );
}

/** The latest month is what one looks for first, so a chart that does not fit begins at its end. */
function Scroller({ hidden, children }: { readonly hidden: number; readonly children: preact.ComponentChildren }) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (hidden > 0 && element.current !== null) element.current.scrollLeft = hidden;
  }, [hidden]);
  return (
    <div class="scroller" ref={element}>
      {children}
    </div>
  );
}

interface Drawn {
  readonly columns: readonly MonthColumn[];
  readonly axis: MoneyAxis;
  readonly across: number;
  readonly hatch: string;
  readonly onRead: (month: string) => void;
}

function Columns({ columns, axis, across, hatch, onRead }: Drawn) {
  const step = across / columns.length;
  return (
    <>
      {columns.map((column, place) => {
        const left = place * step;
        const middle = left + step / 2;
        return (
          <a
            key={column.month}
            class={column.within ? "month" : "month without"}
            href={column.href}
            aria-label={column.says}
            aria-current={column.chosen ? "true" : undefined}
            onPointerEnter={() => onRead(column.month)}
            onFocus={() => onRead(column.month)}
            onBlur={() => onRead("")}
          >
            <rect class="band" x={left + 1} y="1" width={step - 2} height={HEIGHT - 2} rx="2" />
            <Column amount={column.income} kind="income" middle={middle} width={Math.min(step * 0.62, 30)} axis={axis} />
            <Column
              amount={column.spent}
              kind={column.partly ? "partly" : column.kept ? "kept" : "spent"}
              hatch={hatch}
              middle={middle}
              width={Math.min(step * 0.34, 16)}
              axis={axis}
            />
          </a>
        );
      })}
      <g aria-hidden="true">
        {columns.map(({ month, chosen }, place) => {
          const left = place * step;
          return (
            <g key={month} class={chosen ? "name chosen" : "name"}>
              <text x={left + step / 2} y={HEIGHT - FOOT + 17} text-anchor="middle">{monthName(month, { short: true })}</text>
              {(place === 0 || month.endsWith("-01")) && (
                <text x={left + step / 2} y={HEIGHT - FOOT + 36} text-anchor="middle">{month.slice(0, 4)}</text>
              )}
              {chosen && <path d={`M${left + 4} ${HEIGHT - FOOT + 22.5}h${step - 8}m0 3h${8 - step}`} />}
            </g>
          );
        })}
      </g>
    </>
  );
}

interface OneColumn {
  readonly amount: Minor;
  readonly kind: "spent" | "income" | "kept" | "partly";
  readonly hatch?: string;
  readonly middle: number;
  readonly width: number;
  readonly axis: MoneyAxis;
}

function Column({ amount, kind, hatch, middle, width, axis }: OneColumn) {
  if (amount === 0) return null;
  const zero = axis.scale(0);
  const end = axis.scale(amount);
  const fill = kind === "kept" ? `url(#${hatch})` : undefined;
  return <rect class={kind} fill={fill} x={middle - width / 2} y={Math.min(zero, end)} width={width} height={Math.max(Math.abs(end - zero), 1)} />;
}
