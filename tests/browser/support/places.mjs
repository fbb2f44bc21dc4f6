// The pages that are looked at: both kinds, measures of every kind of formula, and one team.

export const SCORECARD = "/scorecard/northmere?period=2026-10";
export const TEAM_SCORECARD = "/scorecard/cc-cards?period=2026-10";

export const SHARE = "/measure/csat/northmere?period=2026-10";

export const MEASURES = {
  share: SHARE,
  // The average of a duration, with a target that is told from a measured baseline.
  mean: "/measure/counter_wait/northmere?period=2026-10",
  quantile: "/measure/complaint_time/northmere?period=2026-10",
  // A ratio in money, with a table of twelve units below it.
  ratio: "/measure/cost_contact/branch-network?period=2026-10",
  count: "/measure/cases_opened/northmere?period=2026-10",
  team: "/measure/csat/cc-cards?period=2026-10",
};

// Branches held against a standard, like for like. In a month of so small a demonstration all are too small.
export const COMPARISON = "/compare/csat/northmere?period=2026-01..2026-10";

// Every target of the whole, with its course and chance.
export const TARGETS = "/targets/northmere?period=2026-10";

// Measures to choose from: the list, and everything about one.
export const LIBRARY = "/measures";
export const DEFINITION = "/measures/service_level";

// The charter of the whole and of a part with units below it, and what is told outside.
export const CHARTER = "/charter?period=2026-10&unit=northmere";
export const PART_CHARTER = "/charter?period=2026-10&unit=branch-network&promise=complaint";
export const PUBLIC_CHARTER = "/charter/public?period=2026-10";

// What the record holds; what is found, something and nothing; and the strategy map in both arrangements.
export const DATA = "/data";
export const FOUND = "/search?q=satisfaction&period=2026-10&unit=northmere";
export const NOTHING_FOUND = "/search?q=zeppelin&period=2026-10";
export const MAP = "/map?period=2026-10&unit=northmere";
export const MAP_BY_PERSPECTIVE = "/map?period=2026-10&view=perspectives&unit=cc-cards";

// What asks for attention, in the whole and in one team.
export const TODAY = "/today?period=2026-10&unit=northmere";
export const TEAM_TODAY = "/today?period=2026-10&unit=cc-cards";

// How programs ask, and trying it.
export const API = "/api";

// The guided reading of the scorecard of a team.
export const GUIDE = "/guide?period=2026-10&unit=cc-cards";

/** Whether a page is about a unit and a period that can be chosen. */
export const hasPlace = (at) => !at.startsWith(LIBRARY) && at !== PUBLIC_CHARTER && at !== DATA && at !== API;

export const PAGES = {
  scorecard: SCORECARD,
  "scorecard-team": TEAM_SCORECARD,
  ...Object.fromEntries(Object.entries(MEASURES).map(([kind, at]) => [`measure-${kind}`, at])),
  // Broken down, with rows in the order of a column.
  "measure-divided": `${SHARE}&by=case.topic&order=-score`,
  comparison: COMPARISON,
  targets: TARGETS,
  charter: CHARTER,
  "charter-part": PART_CHARTER,
  "charter-public": PUBLIC_CHARTER,
  today: TODAY,
  "today-team": TEAM_TODAY,
  guide: GUIDE,
  data: DATA,
  "search-found": FOUND,
  "search-nothing": NOTHING_FOUND,
  map: MAP,
  "map-perspectives": MAP_BY_PERSPECTIVE,
  measures: LIBRARY,
  definition: DEFINITION,
  api: API,
};
