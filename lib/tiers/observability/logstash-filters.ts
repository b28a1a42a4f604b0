/**
 * How lines of each kind are read. What grok finds has plain names first, as both Logstash and the library of the tests
 * take them; then each goes to its field: see log-fields.ts.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';

/** Any text, with line breaks. */
const ANY = String.raw`"ANY" => "[\s\S]*"`;
const TRACE = String.raw`"TRACE" => "[0-9a-f]{32}" "SPAN" => "[0-9a-f]{16}"`;
const FAILURE = 'tag_on_failure => ["_grokparsefailure", "unparsed"]';

/** A line's own time, in ISO 8601, in place of that at which it was written. */
function isoTime(kind: string, field: string): Text {
  return text`
    date {
      id => "${kind}-time"
      match => ["${field}", "ISO8601"]
      remove_field => ["${field}"]
      tag_on_failure => ["_dateparsefailure"]
    }
  `;
}

/** Identifiers that are none stay where they were: a field of this name is for links. */
function traceFields(from: string): Text {
  return text`
    if ${from}[trace_id] =~ /\A[0-9a-f]{32}\z/ {
      mutate { rename => { "${from}[trace_id]" => "[trace][id]" } }
    }
    if ${from}[span_id] =~ /\A[0-9a-f]{16}\z/ {
      mutate { rename => { "${from}[span_id]" => "[span][id]" } }
    }
  `;
}

/** The contract of docs/tiers/api.md; else what Python and uvicorn write when the application has not begun or is no more. */
export const apiFilter: Text = text`
  if [message] =~ /\A\s*\{/ {
    json {
      id => "api-json"
      source => "message"
      target => "application"
      tag_on_failure => ["_jsonparsefailure", "unparsed"]
    }
    if [application] {
      ${isoTime('api', '[application][time]')}
      ${traceFields('[application]')}
      if [application][message] {
        mutate { rename => { "[application][message]" => "message" } }
      }
      mutate {
        rename => {
          "[application][level]" => "[log][level]"
          "[application][logger]" => "[log][logger]"
          "[application][request_id]" => "[http][request][id]"
          "[application][method]" => "[http][request][method]"
          "[application][path]" => "[url][path]"
          "[application][status]" => "[http][response][status_code]"
          "[application][seconds]" => "[http][seconds]"
          "[application][exception]" => "[error][stack_trace]"
        }
      }
    }
  } else if [message] =~ /\ATraceback / {
    grok {
      id => "api-traceback"
      pattern_definitions => { "CLASS" => "[A-Za-z_][A-Za-z0-9_.]*" "LINE" => "[^\n]*" "NEXT" => "(?:During handling of|The above exception) [^\n]*" }
      match => { "message" => "\n%{CLASS:exception_class}(?:: %{LINE:exception_message})?\s*(?:%{NEXT})?\s*\z" }
      ${FAILURE}
    }
    mutate {
      rename => {
        "exception_class" => "[error][type]"
        "exception_message" => "[error][message]"
      }
      add_field => { "[log][level]" => "error" }
    }
    mutate { copy => { "message" => "[error][stack_trace]" } }
  } else {
    grok {
      id => "api-plain"
      pattern_definitions => { ${ANY} "LEVEL" => "DEBUG|INFO|WARNING|ERROR|CRITICAL" }
      match => { "message" => "\A%{LEVEL:plain_level}:\s+%{ANY:plain_message}\z" }
      ${FAILURE}
    }
    if [plain_message] {
      mutate {
        rename => { "plain_level" => "[log][level]" }
        replace => { "message" => "%{plain_message}" }
        remove_field => ["plain_message"]
      }
    }
  }
  mutate { lowercase => ["[log][level]"] }
`;

/** The access log is the JSON of frontend-nginx.ts; the error log is nginx's own. */
export const nginxFilter: Text = text`
  if [message] =~ /\A\{/ {
    json {
      id => "nginx-json"
      source => "message"
      target => "access"
      tag_on_failure => ["_jsonparsefailure", "unparsed"]
    }
    if [access] {
      ${isoTime('nginx', '[access][time]')}
      ${traceFields('[access]')}
      if [access][upstream_status] != "" {
        mutate {
          rename => {
            "[access][upstream_seconds]" => "[upstream][seconds]"
            "[access][upstream_status]" => "[upstream][status]"
          }
        }
      }
      if [access][user_agent] != "" {
        mutate { rename => { "[access][user_agent]" => "[user_agent][original]" } }
      }
      mutate {
        replace => { "message" => "%{[access][method]} %{[access][path]} %{[access][status]}" }
      }
      mutate {
        rename => {
          "[access][request_id]" => "[http][request][id]"
          "[access][client]" => "[client][address]"
          "[access][method]" => "[http][request][method]"
          "[access][path]" => "[url][path]"
          "[access][protocol]" => "[http][version]"
          "[access][status]" => "[http][response][status_code]"
          "[access][bytes]" => "[http][response][body][bytes]"
          "[access][seconds]" => "[http][seconds]"
        }
        remove_field => ["access"]
      }
    }
  } else {
    grok {
      id => "nginx-error"
      pattern_definitions => { ${ANY} "TIME" => "\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}" "LEVEL" => "[a-z]+" "NUMBER" => "\d+" }
      match => { "message" => "\A%{TIME:error_time} \[%{LEVEL:error_level}\] %{NUMBER:error_pid:int}#\d+: (?:\*\d+ )?%{ANY:error_text}\z" }
      ${FAILURE}
    }
    if [error_text] {
      date {
        id => "nginx-error-time"
        match => ["error_time", "yyyy/MM/dd HH:mm:ss"]
        timezone => "UTC"
        remove_field => ["error_time"]
        tag_on_failure => ["_dateparsefailure"]
      }
      mutate {
        rename => {
          "error_level" => "[log][level]"
          "error_pid" => "[process][pid]"
        }
        replace => { "message" => "%{error_text}" }
        remove_field => ["error_text"]
      }
    }
  }
`;

/** The log_line_prefix of postgres-configuration.ts, and the trace that a client has written into a comment of its statement. */
export const postgresFilter: Text = text`
  grok {
    id => "postgres-line"
    pattern_definitions => {
      ${ANY}
      "TIME" => "\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}"
      "NUMBER" => "-?\d+"
      "SQLSTATE" => "[0-9A-Z]{5}"
      "ROLE" => "[^@\n]*?"
      "DATABASE" => "[^/\n]*?"
      "APPLICATION" => "[^\n]*?"
      "LEVEL" => "DEBUG|INFO|NOTICE|WARNING|ERROR|LOG|FATAL|PANIC|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION|BACKTRACE"
    }
    match => { "message" => "\A%{TIME:line_time} UTC \[%{NUMBER:line_pid:int}\] %{SQLSTATE:line_sqlstate} %{NUMBER:line_query} (?:%{ROLE:line_role}@%{DATABASE:line_database}/%{APPLICATION:line_application} )?%{LEVEL:line_level}:  %{ANY:line_text}\z" }
    ${FAILURE}
  }
  if [line_text] {
    date {
      id => "postgres-time"
      match => ["line_time", "yyyy-MM-dd HH:mm:ss.SSS"]
      timezone => "UTC"
      remove_field => ["line_time"]
      tag_on_failure => ["_dateparsefailure"]
    }
    if [line_sqlstate] == "00000" {
      mutate { remove_field => ["line_sqlstate"] }
    }
    if [line_query] == "0" {
      mutate { remove_field => ["line_query"] }
    }
    mutate {
      rename => {
        "line_level" => "[log][level]"
        "line_pid" => "[process][pid]"
        "line_sqlstate" => "[postgres][sqlstate]"
        "line_query" => "[postgres][query_id]"
        "line_role" => "[user][name]"
        "line_database" => "[postgres][database]"
        "line_application" => "[postgres][application]"
      }
      replace => { "message" => "%{line_text}" }
      remove_field => ["line_text"]
    }
    mutate { lowercase => ["[log][level]"] }
  }
  if [message] =~ /\Aduration: / {
    grok {
      id => "postgres-duration"
      pattern_definitions => { "DECIMAL" => "\d+\.\d+" }
      match => { "message" => "\Aduration: %{DECIMAL:duration:float} ms" }
      tag_on_failure => ["_grokparsefailure"]
    }
    mutate { rename => { "duration" => "[postgres][milliseconds]" } }
  }
  if [message] =~ /traceparent=/ {
    grok {
      id => "postgres-trace"
      pattern_definitions => { ${TRACE} }
      match => { "message" => "traceparent=.?[0-9a-f]{2}-%{TRACE:trace_id}-%{SPAN:span_id}-" }
      tag_on_failure => ["_grokparsefailure"]
    }
    mutate {
      rename => {
        "trace_id" => "[trace][id]"
        "span_id" => "[span][id]"
      }
    }
  }
`;
