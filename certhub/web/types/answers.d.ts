// What the API answers, for the types of the pages' scripts. Made from certhub/api/routes/answers.py by
// `python -m tests.web.answer_types`: change the models there. A default test compares the two.

/** What a holder objects to; the hub that looked knows neither certificate nor note. */
export interface DisputeOut {
  id: string;
  home: string;
  home_name: string;
  home_name_en: string;
  looker: string;
  looker_name: string;
  looker_name_en: string;
  verification_id: string;
  office: string;
  window: string;
  matter: string;
  matter_name: string;
  matter_name_en: string;
  kind: string | null;
  kind_name: string | null;
  kind_name_en: string | null;
  certificate_id: string | null;
  looked_at: string | null;
  note: string | null;
  at: string;
  due_at: string;
  state: "open" | "settled";
  is_overdue: boolean;
  may_settle: boolean;
  finding: "justified" | "not_justified" | "record_corrected" | "unclear" | null;
  settled_at: string | null;
}

/** Some of the disputes that you see, those that wait first; send `next_cursor` back for what follows. */
export interface DisputePage {
  items: DisputeOut[];
  next_cursor: string | null;
  waiting: number;
  overdue: number;
}

/** How a holder's dispute stands; `finding` is empty until it is settled. */
export interface DisputeState {
  state: "open" | "settled";
  opened_at: string;
  due_at: string;
  finding: "justified" | "not_justified" | "record_corrected" | "unclear" | null;
  settled_at: string | null;
}

/** Who looked at a certificate, where, for what, at which fields; verdict and code once the other side says them. */
export interface LookOut {
  id: string;
  at: string;
  region: string;
  region_name: string;
  region_name_en: string;
  office: string;
  window: string;
  matter: string;
  matter_name: string;
  matter_name_en: string;
  kind: string | null;
  kind_name: string | null;
  kind_name_en: string | null;
  fields: string[];
  predicates: string[];
  verdict: "valid" | "check" | "invalid" | "undetermined" | null;
  code: string | null;
  result: "confirmed" | "not_the_person" | "reported" | null;
  acting_for: string | null;
  disputed: boolean;
  dispute: DisputeState | null;
}

/** Some of the looks at what you hold, newest first; send `next_cursor` back for what follows. */
export interface LookPage {
  items: LookOut[];
  next_cursor: string | null;
}

/** Whether a notice was taken, or why not. */
export interface NoticeOut {
  taken?: boolean | null;
  refused?: string | null;
}

/** One verification of a case. */
export interface CaseLine {
  verification_id: string;
  at: string;
  verdict: "valid" | "check" | "invalid" | "undetermined" | null;
  code: string | null;
}

/** A case of an office: what was verified in it, and what its matter still lacks, judged now. */
export interface CaseOut {
  case_id: string;
  case_number: string;
  matter: string;
  office: string;
  opened_at: string;
  verifications: CaseLine[];
  requirements: RequirementOut[];
  materials: "complete" | "incomplete" | "undetermined";
  known: KnownRequirement[];
}

/** How a holder's answer left the request. */
export interface ConsentOut {
  state: "consented" | "refused";
  request_id: string;
}

/** A counter's request for another hub's holder, or why it can be given no more. */
export interface GivenOut {
  request?: string | null;
  check?: string | null;
  refused?: string | null;
}

/** That an identity was checked, how and when; never the number. */
export interface IdentityCheckOut {
  method: "id_card_reader" | "id_card_seen" | "passport_seen";
  at: string;
  has_number: boolean;
}

/** An agency of this region where a certificate can be had. */
export interface IssuingAgency {
  agency: string;
  agency_name: string;
  agency_name_en: string;
}

/** What is known of a case before anything more is shown. */
export interface KnownOut {
  items: KnownRequirement[];
}

/** Whether an earlier receipt of the case satisfies a requirement; what is still open can be had at `where`. */
export interface KnownRequirement {
  id: string;
  name: string;
  name_en: string;
  state: "met" | "missing" | "not_applicable" | "undetermined" | "deferred";
  optional: boolean;
  verification_id?: string | null;
  cause?: string | null;
  accepts: AcceptedKind[];
  where: IssuingAgency[];
  can_fetch?: boolean | null;
}

/** What a counter asks of a holder: who, where, for what, and which certificates would serve. */
export interface OfferOut {
  region: string;
  region_name: string;
  region_name_en: string;
  office: string;
  window: string;
  matter: string;
  matter_name: string;
  matter_name_en: string;
  mode: "L1" | "L2" | "L3";
  expires_at: string;
  state: "open" | "seen" | "consented" | "refused" | "void" | "expired" | "answered";
  declared: Record<string, string>;
  requirements: ProposedRequirement[];
  match_choices: string[];
}

/** What a counter would see of a choice, and what of the matter it would meet; nothing was written. */
export interface PreviewOut {
  requirements: RequirementOut[];
  materials: "complete" | "incomplete" | "undetermined" | null;
  counter_sees: (ItemOut | UntoldItemOut)[];
}

/** One certificate of the holder for one requirement: whether it would serve, and why not. */
export interface ProposalOut {
  certificate_id: string;
  kind: string;
  kind_name: string;
  kind_name_en: string;
  fields: string[];
  predicates: (Record<string, unknown>)[];
  meets: boolean;
  cause?: string | null;
}

/** What a holder has for a matter. */
export interface ProposalsOut {
  requirements: ProposedRequirement[];
}

/** One requirement of a matter with the holder's certificates for it; `missing` where none of them serves. */
export interface ProposedRequirement {
  id: string;
  name: string;
  name_en: string;
  optional: boolean;
  condition?: Record<string, unknown> | null;
  proposals: ProposalOut[];
  missing: boolean;
  accepts: AcceptedKind[];
  where: IssuingAgency[];
  settled?: "met" | "not_applicable" | null;
}

/** A request's code, as text and as a drawing, for the second screen or for paper. */
export interface RequestOut {
  request_id: string;
  code: string;
  qr_svg: string;
  expires_at: string;
}

/** How a request stands; `match` are the two digits to show from `seen` on, `report` once it is answered. */
export interface RequestStandingOut {
  request_id: string;
  state: "open" | "seen" | "consented" | "refused" | "void" | "expired" | "answered";
  expires_at: string;
  match?: string | null;
  identity_check?: IdentityCheckOut | null;
  report?: ReportOut | null;
}

/** How a request stands after an answer, or why the answer came too late. */
export interface TakenOut {
  state?: string | null;
  refused?: string | null;
}

/** A kind of certificate that would satisfy a requirement. */
export interface AcceptedKind {
  kind: string;
  kind_name: string;
  kind_name_en: string;
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
  predicates?: PredicateOut[] | null;
  disclosed: Record<string, unknown>;
  masked?: string[] | null;
  holder?: string | null;
}

/** One question that the hub which holds the certificate answers in the place of a value. */
export interface PredicateOut {
  name: string;
  arguments: Record<string, string | number>;
  outcome: "yes" | "no" | "undetermined";
  cause?: string | null;
  by: string;
  as_of: string;
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
  case_id?: string | null;
  requirements: RequirementOut[];
  materials: "complete" | "incomplete" | "undetermined" | null;
  receipt_url: string | null;
}

/** One requirement of the matter as it stands, over everything shown for the case. */
export interface RequirementOut {
  id: string;
  name: string;
  name_en: string;
  whose: "holder" | "principal" | "spouse" | "child" | "employee" | "organisation";
  optional: boolean;
  state: "met" | "missing" | "not_applicable" | "undetermined" | "deferred";
  cause?: string | null;
  item?: number | null;
  verification_id?: string | null;
  missing_fields?: string[] | null;
  declared_by?: string | null;
  condition?: Record<string, unknown> | null;
  accepts: AcceptedKind[];
}

/** One certificate that was shown and is not told: `NO_AGREEMENT`, or `RECORD_GONE`. */
export interface UntoldItemOut {
  verdict: "undetermined";
  code: string;
}

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

/** Some of what a holder can show, oldest first; send `next_cursor` back for what follows. */
export interface HeldList {
  items: HeldOut[];
  next_cursor: string | null;
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
  requirements: RequirementOut[];
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

/** Matters as certhub_schemas describes them, with the names of their kinds, and `elsewhere`. */
export interface ItemList {
  items: (Record<string, unknown>)[];
}

/** The live agreement with a region. */
export interface AgreementOut {
  id: string;
  n: number;
  until: string;
}

/** Another region; `stopped` is this hub's own stop, `waiting_notices` is what it has not been told yet. */
export interface PeerOut {
  code: string;
  name: string;
  name_en: string;
  state: string;
  url: string | null;
  stopped: boolean;
  waiting_notices: number;
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

/** For each item of a batch, in order: its report, or the problem why there is none. */
export interface BatchOut {
  items: (ReportOut | Problem)[];
}
