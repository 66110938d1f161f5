package kz.qaqpa.admin.operator;

/** What can be done at the admin port. */
public enum Right {
  /** See agencies, applications, their state and counters. */
  LIST,
  /** See requests that run: whose, how far, how long; never what they say. */
  REQUESTS,
  /** Ask the model in the console, with the key of an application. */
  ASK,
  /** See what was used. */
  USAGE,
  /** See the labels of answers. */
  LABELS,
  /** Take an application out of service, and put it back. */
  SUSPEND,
  /** Read agencies and operators anew. */
  RELOAD,
  /** Read what operators did, and check that nobody changed it. */
  AUDIT,
  /** See the metrics, which name all agencies. */
  METRICS
}
