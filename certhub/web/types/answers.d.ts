// What the API answers, for the types of the pages' scripts. Made from certhub/api/routes/answers.py by
// `python -m tests.web.answer_types`: change the models there. A default test compares the two.

/** A holder, as its agency sees it. */
export interface HolderOut {
  name: string;
  id_type: string;
  id_number: string;
}

/** A certificate, as its agency sees it. */
export interface CertificateOut {
  id: string;
  identifier: string;
  kind: string;
  kind_version: number;
  agency: string;
  number: string;
  version: number;
  state: string;
  state_since: string;
  reason: string | null;
  decision_number: string | null;
  issued_on: string;
  valid_from: string;
  valid_to: string | null;
  holders: HolderOut[];
  claims: Record<string, string>;
}

/** Some of an agency's certificates, newest first; send `next_cursor` back for those that follow. */
export interface CertificatePage {
  items: CertificateOut[];
  next_cursor: string | null;
}

/** A certificate in a holder's hands; `acting_for` names whose it is when it is not their own. */
export interface HeldOut {
  id: string;
  kind: string;
  kind_name: string;
  name: string;
  name_en: string;
  state: string;
  number: string;
  valid_from: string;
  valid_to: string | null;
  agency: string;
  agency_name: string;
  acting_for?: string | null;
}

/** What a holder can show. */
export interface HeldList {
  items: HeldOut[];
}

/** A certificate that a clerk will object to, and the state that is why. */
export interface Warned {
  certificate_id: string;
  state: string;
}

/** A code to be scanned, as text and as a drawing. */
export interface PresentationOut {
  code: string;
  expires_at: string;
  qr_svg: string;
  warnings: Warned[];
}

/** One thing that was checked: outcome, cause, and how old the knowledge is. */
export interface FactOut {
  fact: string;
  outcome: "yes" | "no" | "undetermined";
  as_of: string;
  cause?: string | null;
  evidence?: string | null;
  detail?: Record<string, string> | null;
}

/** The agency that issued a certificate: its unified social credit code, and its name. */
export interface IssuerOut {
  code: string;
  name: string;
}

/** One certificate behind a code; `result_number` is that of GB/T 36906, the last two only a page's. */
export interface ItemOut {
  kind: string;
  kind_version?: number | null;
  kind_name: string;
  kind_name_en: string;
  verdict: "valid" | "check" | "invalid" | "undetermined";
  code: string;
  result_number: number | null;
  issuer?: IssuerOut | null;
  valid_from?: string | null;
  valid_to?: string | null;
  facts: FactOut[];
  disclosed: Record<string, unknown>;
  masked?: string[] | null;
  holder?: string | null;
}

/** One certificate that was shown and is not told: `NO_AGREEMENT`, or `RECORD_GONE`. */
export interface UntoldItemOut {
  verdict: "undetermined";
  code: string;
}

/** What a verification found; the worst item speaks for all, and a code that fails itself has no items. */
export interface ReportOut {
  version: number;
  verification_id: string | null;
  verdict: "valid" | "check" | "invalid" | "undetermined";
  code: string;
  headline: string;
  headline_en: string;
  next_step: string;
  next_step_en: string;
  as_of: string;
  channel: string;
  items: (ItemOut | UntoldItemOut)[];
  receipt_url: string | null;
}

/** What a kind is called. */
export interface KindName {
  kind: string;
  kind_name: string;
  kind_name_en: string;
}

/** A verification in a counter's list; `holder` is covered, `outcome` null while nothing was said. */
export interface VerificationLine {
  verification_id: string;
  at: string;
  verdict: "valid" | "check" | "invalid" | "undetermined";
  code: string;
  kinds: KindName[];
  holder: string;
  matter: string;
  window: string;
  case_number: string | null;
  outcome: "confirmed" | "not_the_person" | "reported" | null;
}

/** A clerk's latest verifications, newest first. */
export interface VerificationList {
  items: VerificationLine[];
}

/** How a verification ended: the entry that counts now. */
export interface OutcomeOut {
  verification_id: string;
  result: "confirmed" | "not_the_person" | "reported";
  note: string | null;
  at: string;
}

/** One disclosed value, as the report of a token has it. */
export interface RevealedOut {
  value: unknown;
}

/** What a clerk reported about a verification; `outcome` is what counts now, if the clerk said otherwise later. */
export interface IncidentOut {
  verification_id: string;
  at: string;
  note: string | null;
  outcome: "confirmed" | "not_the_person" | "reported";
  verified_at: string | null;
  verdict: string | null;
  code: string | null;
  matter: string | null;
  office: string | null;
  window: string | null;
}

/** Some of what clerks reported, newest first; send `next_cursor` back for what follows. */
export interface IncidentPage {
  items: IncidentOut[];
  next_cursor: string | null;
}

/** What opens one item's salted digest in a receipt. */
export interface Opening {
  salt: string;
  identifier: string;
}

/** A signed receipt for the case file (receipt+jwt), and what opens its digests. */
export interface ReceiptOut {
  receipt: string;
  opening: Opening[];
}

/** The offline bundle (bundle+jwt); saved as a file it is what `certhub-verify --trust` reads. */
export interface BundleOut {
  bundle: string;
}

/** A kind of certificate, without its fields. */
export interface KindOut {
  code: string;
  name: string;
  name_en: string;
  version: number;
  code_origin: string;
  holder_category: string;
  min_holders: number;
  max_holders: number;
  validity: string[];
  issuing_level: string;
}

/** The kinds of the catalogue. */
export interface KindList {
  items: KindOut[];
}

/** A list whose items are described by certhub_schemas. */
export interface ItemList {
  items: (Record<string, unknown>)[];
}

/** The live agreement with a region. */
export interface AgreementOut {
  id: string;
  n: number;
  until: string;
}

/** Another region; `stopped` is this hub's own stop. */
export interface PeerOut {
  code: string;
  name: string;
  name_en: string;
  state: string;
  url: string | null;
  stopped: boolean;
  agreement: AgreementOut | null;
}

/** The other regions of the trust list. */
export interface PeerList {
  items: PeerOut[];
}

/** One thing that has to work; `code` says what fails, and `unknown` that it could not be looked at. */
export interface CheckOut {
  check: string;
  ok: boolean;
  state: "good" | "bad" | "unknown";
  code?: string | null;
  detail?: Record<string, unknown>;
  title?: string | null;
  title_en?: string | null;
  next_step?: string | null;
  next_step_en?: string | null;
}

/** All checks together. */
export interface HealthOut {
  ready: boolean;
  checks: CheckOut[];
}

/** The names of the status lists (Token Status List, "Aggregation"). */
export interface StatusLists {
  status_lists: string[];
}

/** One wrong place: an RFC 6901 pointer into the body, or the name of a parameter. */
export interface ProblemPlace {
  pointer: string;
  code: string;
  message: string;
}

/** RFC 9457 problem document; `code` is permanent, the texts follow Accept-Language. */
export interface Problem {
  type: string;
  title: string;
  title_en: string;
  status: number;
  code: string;
  trace_id: string;
  next_step: string;
  next_step_en: string;
  errors?: ProblemPlace[] | null;
}
