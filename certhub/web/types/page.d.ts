// What the server writes into a page for its scripts (certhub/web/views.py). The lane `javascript` compares these
// with what the pages really hold.

import { Verdict } from "./routes.js";

export type Lang = "zh" | "en";

/** What every page knows. */
export interface Common {
  lang: Lang;
  /** for Intl */
  html_lang: string;
  /** the role that this page speaks for */
  role: string | null;
  region: { code: string; name: string };
  /** the server's time when the page was drawn */
  now: string;
  /** who is signed in */
  actor?: { name: string; office: string; window: string };
  /** the words of the page, by key */
  texts: Record<string, string>;
  /** words for "5 minutes ago" */
  ages: Record<string, string>;
}

/** The verifier's words in the page's language (certhub_verifier/sentences.json). */
export interface Sentences {
  /** for a code its words; the last of its headlines is the plainest */
  codes: Record<string, { headline: string[]; next_step: string[]; deficiency?: string[] }>;
  facts: Record<string, string>;
  outcomes: Record<string, string>;
  verdicts: Record<Verdict, string>;
}

/** An agency that the account acts for. */
export interface ActingAgency {
  uscc: string;
  name: string;
  kinds: string[];
}

export interface CounterPage extends Common {
  page: "counter";
  trust_as_of: string | null;
  sentences: Sentences;
  /** what claims are called on an English screen */
  field_names: Record<string, string>;
  /** which claims name somebody: they come first */
  names: string[];
  agency_names: Record<string, string>;
}

export interface MePage extends Common {
  page: "me";
  /** how many days somebody has to answer an objection */
  answer_days: number;
  agency_names: Record<string, string>;
  region_names: Record<string, string>;
  /** what claims are called on an English screen */
  field_names: Record<string, string>;
  verdict_words: Record<string, string>;
  cause_words: Record<string, string>;
}

export interface AgencyPage extends Common {
  page: "agency";
  agencies: ActingAgency[];
  id_types: { code: string; name: string }[];
}

export interface OpsPage extends Common {
  page: "ops";
  agency_names: Record<string, string>;
  region_names: Record<string, string>;
  verdict_words: Record<string, string>;
  cause_words: Record<string, string>;
}

/** Each page's data by its name; a package that adds pages adds theirs (certhub/demo/types). */
export interface Pages {
  counter: CounterPage;
  me: MePage;
  agency: AgencyPage;
  ops: OpsPage;
}

export type PageData = Pages[keyof Pages];
