// Which answer each request of the pages gets. A default test compares the answers with the OpenAPI document; the lane
// `javascript` compares kinds, matters and the demo's answers with real ones.

import {
  CertificateOut, CertificatePage, HealthOut, HeldList, IncidentPage, KindList, OutcomeOut, PeerList, PeerOut,
  PresentationOut, ReportOut, RevealedOut, VerificationList,
} from "./answers.js";

export type Verdict = ReportOut["verdict"];
export type Item = ReportOut["items"][number];
export type Outcome = OutcomeOut["result"];

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

/** A matter (certhub_schemas.matters.Matter). */
export interface Matter {
  code: string;
  code_origin: string;
  name: string;
  name_en: string;
  tier: string;
  needs: { kind: string; fields: string[] }[];
  mode: string;
  max_status_age_seconds: number;
  offline_allowed: boolean;
  deficiency_allowed: boolean;
  purposes: string[];
  legal_basis: string;
  retention_days: number;
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
  "GET /api/v1/me/certificates": HeldList;
  "POST /api/v1/me/presentations": PresentationOut;
  "POST /api/v1/certificates": CertificateOut;
  [change: `POST /api/v1/certificates/${string}/${string}`]: CertificateOut;
  "POST /api/v1/certificate-searches": CertificatePage;
  "POST /api/v1/verifications": ReportOut;
  [verifications: `GET /api/v1/verifications?${string}`]: VerificationList;
  [verification: `GET /api/v1/verifications/${string}`]: ReportOut;
  [outcome: `POST /api/v1/verifications/${string}/outcome`]: OutcomeOut;
  [reveal: `POST /api/v1/verifications/${string}/reveal`]: RevealedOut;
  [incidents: `GET /api/v1/incidents?${string}`]: IncidentPage;
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
