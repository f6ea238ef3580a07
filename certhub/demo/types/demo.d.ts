// What the demo adds to the pages: its first page, and the answers of its two routes.

import { Common } from "../../web/types/page.js";
import { OfflineReport } from "../../web/types/routes.js";

/** The demo's first page. */
export interface HomePage extends Common {
  page: "home";
}

/** A test card that was dealt: a fresh code; with a report where it is of a counter without a network. */
export interface DemoCard extends Partial<OfflineReport> {
  code: string;
}

/** What 重置演示 did; `resumed` are region codes. */
export interface DemoReset {
  kept: number;
  led_back: number;
  reissued: number;
  codes: number;
  resumed: string[];
}

declare module "../../web/types/page.js" {
  interface Pages {
    home: HomePage;
  }
}

declare module "../../web/types/routes.js" {
  interface Routes {
    [card: `POST /demo/cards/${string}`]: DemoCard;
    "POST /demo/reset": DemoReset;
  }
}
