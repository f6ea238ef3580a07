// Which answer each request of the pages gets. A default test compares the answers with the OpenAPI document; the lane
// `javascript` compares kinds, matters and the demo's answers with real ones.

import {
  CaseOut, CertificateOut, CertificatePage, ConsentOut, DisputePage, DisputeOut, DisputeState, HealthOut, HeldList,
  IncidentPage, KindList, KnownOut, LookPage, OfferOut, OutcomeOut, PeerList, PeerOut, PresentationOut, PreviewOut, ProposalsOut,
  ReportOut, RequestOut, RequestStandingOut, RevealedOut, VerificationList,
} from "./answers.js";

export type Verdict = ReportOut["verdict"];
export type Item = ReportOut["items"][number];
export type Outcome = OutcomeOut["result"];
export type Requirement = ReportOut["requirements"][number];
export type Materials = Exclude<ReportOut["materials"], null>;
export type Mode = OfferOut["mode"];

type English = "headline_en" | "next_step_en";
/** A report as a page holds it: one that a counter made without the hub may speak the page's language alone. */
export type Report = Omit<ReportOut, English> & Partial<Pick<ReportOut, English>>;

/** A claim of a kind (certhub_schemas.certificate_kind.Field). */
export interface KindField {
  title: string;
  title_en: string;
  sensitivity: string;
  face: boolean;
  required: boolean;
  format: string;
  max_length: number;
}

/** A kind of certificate, whole (certhub_schemas.certificate_kind.Kind). */
export interface Kind {
  code: string;
  slug: string;
  name: string;
  name_en: string;
  version: number;
  /** absent where it was in force from the beginning */
  in_force_from?: string;
  code_origin: string;
  defined_by: { name: string; code: string; level: string };
  holder_category: string;
  holders: string;
  min_holders: number;
  max_holders: number;
  validity: string[];
  issuing_level: string;
  related_matters: string[];
  vct: string;
  fields: KindField[];
  claims_schema: Record<string, unknown>;
}

/** A question that is asked in the place of a value (certhub_schemas.predicates.Predicate). */
export interface Predicate {
  name: string;
  arguments: Record<string, string | number>;
}

/** When a requirement is due (certhub_schemas.requirements.Condition). */
export type Condition =
  | { when: "declared"; text: string; text_en: string }
  | { when: "computed"; predicate: string; arguments: Record<string, string | number> };

/** What meets a requirement (certhub_schemas.requirements.Alternative). */
export interface Alternative {
  kind: string;
  kind_name: string;
  kind_name_en: string;
  fields: { title: string; reason: string; reason_en: string }[];
  predicates: Predicate[];
  mode: Mode;
  max_age_seconds: number;
}

/** What a matter needs (certhub_schemas.requirements.Requirement). */
export interface MatterRequirement {
  id: string;
  name: string;
  name_en: string;
  whose: string;
  optional: boolean;
  condition?: Condition;
  accepts: Alternative[];
}

/** A matter as the list of matters tells it (certhub_schemas.matters.Matter, with names and `elsewhere`). */
export interface Matter {
  code: string;
  code_origin: string;
  /** absent in the first */
  version?: number;
  /** absent where it was in force from the beginning */
  in_force_from?: string;
  name: string;
  name_en: string;
  tier: string;
  requirements: MatterRequirement[];
  mode: Mode;
  max_status_age_seconds: number;
  offline_allowed: boolean;
  deficiency_allowed: boolean;
  purposes: string[];
  legal_basis: string;
  retention_days: number;
  /** by region, the ids of the requirements that our certificates cannot meet there (certhub.flows.regions.elsewhere) */
  elsewhere: Record<string, string[]>;
}

/** A list of the catalogue. */
export interface List<Entry> {
  items: Entry[];
}

/** What a counter said that had no network for so long. */
export interface OfflineReport {
  report: Report;
  offline_hours: number;
}

/** The answer of each request, by method and path; a package that adds routes adds theirs (certhub/demo/types). */
export interface Routes {
  "GET /readyz": HealthOut;
  "GET /api/v1/health": HealthOut;
  "GET /api/v1/kinds": KindList;
  [kind: `GET /api/v1/kinds/${string}`]: Kind;
  "GET /api/v1/matters": List<Matter>;
  [held: `GET /api/v1/me/certificates?${string}`]: HeldList;
  "POST /api/v1/me/presentations": PresentationOut;
  "POST /api/v1/me/presentations/preview": PreviewOut;
  [proposals: `GET /api/v1/me/matters/${string}`]: ProposalsOut;
  [offer: `GET /api/v1/me/requests/${string}`]: OfferOut;
  [consent: `POST /api/v1/me/requests/${string}/consent`]: ConsentOut;
  [refusal: `POST /api/v1/me/requests/${string}/refusal`]: ConsentOut;
  [looks: `GET /api/v1/me/looks?${string}`]: LookPage;
  [dispute: `POST /api/v1/me/looks/${string}/dispute`]: DisputeState;
  "POST /api/v1/certificates": CertificateOut;
  [change: `POST /api/v1/certificates/${string}/${string}`]: CertificateOut;
  "POST /api/v1/certificate-searches": CertificatePage;
  "POST /api/v1/verifications": ReportOut;
  [verifications: `GET /api/v1/verifications?${string}`]: VerificationList;
  [verification: `GET /api/v1/verifications/${string}`]: ReportOut;
  [outcome: `POST /api/v1/verifications/${string}/outcome`]: OutcomeOut;
  [reveal: `POST /api/v1/verifications/${string}/reveal`]: RevealedOut;
  "POST /api/v1/requests": RequestOut;
  [request: `GET /api/v1/requests/${string}`]: RequestStandingOut;
  [identity: `POST /api/v1/requests/${string}/identity-check`]: RequestStandingOut;
  [file: `GET /api/v1/cases/${string}`]: CaseOut;
  [ask: `POST /api/v1/cases/${string}/known`]: KnownOut;
  [incidents: `GET /api/v1/incidents?${string}`]: IncidentPage;
  [disputes: `GET /api/v1/disputes?${string}`]: DisputePage;
  [settlement: `POST /api/v1/disputes/${string}/${string}/settlement`]: DisputeOut;
  "GET /api/v1/peers": PeerList;
  [peer: `POST /api/v1/peers/${string}/${string}`]: PeerOut;
}

export type Method = "GET" | "POST";

/** The paths that a method is used with. */
export type Path<M extends Method> = keyof Routes extends infer Route
  ? Route extends `${M} ${infer P}` ? P : never
  : never;

/** What comes back. */
export type Answer<M extends Method, P extends Path<M>> = Routes[`${M} ${P}` & keyof Routes];
