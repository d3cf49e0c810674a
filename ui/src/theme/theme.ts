/** Mantine in our tokens: it gives behaviour (focus trap, portal), the look is ours. */

import { createTheme, type MantineColorsTuple } from "@mantine/core";

const mulberry: MantineColorsTuple = [
  "#f7eaf1",
  "#eed3e1",
  "#e59cc1",
  "#d07aa6",
  "#b9578a",
  "#a23f72",
  "#8a2b5b",
  "#76234d",
  "#621c40",
  "#4e1532",
];

export const theme = createTheme({
  fontFamily: "var(--sans)",
  fontFamilyMonospace: "var(--mono)",
  primaryColor: "mulberry",
  colors: { mulberry },
  defaultRadius: 6,
  respectReducedMotion: true,
});
