// Drawn for this app on a grid of 24, with a line of 1.8.
const paths = {
  home: "M4 11 12 4.5 20 11v8.2a.8.8 0 0 1-.8.8H15v-5.5H9V20H4.8a.8.8 0 0 1-.8-.8z",
  people: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.3 15.3 20.5 20.5",
  pen: "M12 5.5v13M5.5 12h13",
  person: "M12 11.5a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5ZM4.8 20c.6-3.7 3.5-5.7 7.2-5.7s6.6 2 7.2 5.7",
  settings:
    "M4 7.5h9M18.5 7.5H20M4 16.5h1.5M11 16.5h9M15.7 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8.2 19a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  heart:
    "M12 20S4 15.3 4 9.4A4.4 4.4 0 0 1 8.4 5c1.6 0 2.9.9 3.6 2.2C12.7 5.9 14 5 15.6 5A4.4 4.4 0 0 1 20 9.4C20 15.3 12 20 12 20Z",
  reply: "M4.5 18.8V7.3A2.3 2.3 0 0 1 6.8 5h10.4a2.3 2.3 0 0 1 2.3 2.3v6.4a2.3 2.3 0 0 1-2.3 2.3H8.6z",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  trash: "M5 7h14M9.5 7V4.8h5V7M6.8 7l.8 12.2h8.8L17.2 7M10.3 10.5v5.5M13.7 10.5v5.5",
  picture:
    "M4.5 6.5a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2zM5 16.5l4-4 3.5 3.5 2.5-2.5 4 4M14.5 9h.01",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  back: "M19 12H5.5M11.5 6l-6 6 6 6",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1",
  moon: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z",
  screen:
    "M4 6.5a1.5 1.5 0 0 1 1.5-1.5h13A1.5 1.5 0 0 1 20 6.5v8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 14.5zM9 20h6M12 16v4",
  leave: "M14 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19H14M10 12h10M16.5 8.5 20 12l-3.5 3.5",
  block: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM6.5 6.5l11 11",
  eye: "M3 12s3.2-6 9-6 9 6 9 6-3.2 6-9 6-9-6-9-6ZM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  warning: "M12 4.5 20.5 19h-17zM12 10v4M12 16.6h.01",
  question:
    "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM9.8 9.9a2.25 2.25 0 1 1 3.3 2c-.8.4-1.1.9-1.1 1.7M12 16.2h.01",
  keyboard:
    "M3.5 7.5A1.5 1.5 0 0 1 5 6h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 18H5a1.5 1.5 0 0 1-1.5-1.5zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8.5 14.5h7",
  link: "M10 14a3.6 3.6 0 0 0 5.1 0l3.3-3.3a3.6 3.6 0 0 0-5.1-5.1l-.9.9M14 10a3.6 3.6 0 0 0-5.1 0l-3.3 3.3a3.6 3.6 0 0 0 5.1 5.1l.9-.9",
  up: "M12 19V5.5M6 11l6-6 6 6",
  flag: "M6 21V4M6 4.8c4-2 7.5 1.8 12.5 0v8.4c-5 1.8-8.5-2-12.5 0",
  clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 7.5V12l3 2",
  place:
    "M12 20.5s-6.5-5.6-6.5-10.4a6.5 6.5 0 0 1 13 0c0 4.8-6.5 10.4-6.5 10.4ZM12 12.2a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z",
  frozen: "M12 3.5v17M4.6 7.8l14.8 8.5M19.4 7.8 4.6 16.3M9.5 4.8 12 7l2.5-2.2M9.5 19.2 12 17l2.5 2.2",
  crown: "M4.5 17.5 3.8 8l4.7 3.6L12 6l3.5 5.6L20.2 8l-.7 9.5z",
} as const;

export type IconName = keyof typeof paths;

/** A decoration: whatever it stands for is said in words beside it. */
export function Icon(props: { name: IconName; size?: number; filled?: boolean; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      className={`shrink-0 ${props.className ?? ""}`}
      fill={props.filled ? "currentColor" : "none"}
      height={props.size ?? 22}
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth={props.name === "more" ? 2.8 : 1.8}
      viewBox="0 0 24 24"
      width={props.size ?? 22}
    >
      <path d={paths[props.name]} />
    </svg>
  );
}
