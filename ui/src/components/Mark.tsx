/**
 * The mark of Runwright: an R that is a way from an open node to one that is done. The same as public/favicon.svg, in
 * the colours of the page's theme, which need not be the system's.
 */

const LETTER = "M10 19.4V10.8A2.4 2.4 0 0 1 12.4 8.4h4.8a4.4 4.4 0 0 1 0 8.8H14M17 17.2l3.4 3.4";

export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" className="mark-picture" aria-hidden="true">
      <rect className="ground" width="32" height="32" rx="7.5" />
      <path className="line" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" d={LETTER} />
      <circle className="line" strokeWidth="2" cx="10" cy="22.4" r="2.2" />
      <circle className="dot" cx="22.4" cy="22.6" r="3" />
    </svg>
  );
}
