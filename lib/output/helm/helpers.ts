/** Named templates that operations call for. */

interface Helper {
  readonly comment: string;
  readonly lines: readonly string[];
}

export const operationHelpers: Readonly<Record<string, Helper>> = {
  bytes: {
    comment: 'The bytes of a quantity with a binary suffix: 2147483648 for 2Gi.',
    lines: [
      '{{- $factors := dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 }}',
      '{{- $suffix := trimAll "0123456789" . }}',
      '{{- mul (trimSuffix $suffix .) (get $factors $suffix) }}',
    ],
  },
  cores: {
    comment: 'Whole cores in a CPU quantity, rounded up: 1 for 250m, 2 for 1500m.',
    lines: ['{{- if hasSuffix "m" . }}{{ div (add (trimSuffix "m" .) 999) 1000 }}{{ else }}{{ . }}{{ end }}'],
  },
  hasItemWith: {
    comment: 'An x for each item of a list that has this number in a field.',
    lines: ['{{- range .list }}{{ if eq (int64 (get . $.field)) (int64 $.value) }}x{{ end }}{{ end }}'],
  },
  largest: {
    comment: 'The largest number of a list; 0 for an empty one.',
    lines: ['{{- $largest := 0 }}', '{{- range . }}{{ $largest = max $largest . }}{{ end }}', '{{- $largest }}'],
  },
  millicores: {
    comment: 'The thousandths of a core in a CPU quantity: 250 for 250m, 2000 for 2.',
    lines: ['{{- if hasSuffix "m" . }}{{ trimSuffix "m" . }}{{ else }}{{ mul . 1000 }}{{ end }}'],
  },
  repeatedNames: {
    comment: "Names that more than one of a map's entries has: a, b.",
    lines: [
      '{{- $names := list }}',
      '{{- $repeated := list }}',
      '{{- range . }}',
      '{{- if has .name $names }}{{ $repeated = append $repeated .name }}{{ end }}',
      '{{- $names = append $names .name }}',
      '{{- end }}',
      '{{- $repeated | uniq | sortAlpha | join ", " }}',
    ],
  },
  repeatedNumbers: {
    comment: 'Numbers that more than one item of a list has in a field: 1, 2.',
    lines: [
      '{{- $numbers := list }}',
      '{{- $repeated := list }}',
      '{{- range .list }}',
      '{{- $number := int64 (get . $.field) }}',
      '{{- if has $number $numbers }}{{ $repeated = append $repeated $number }}{{ end }}',
      '{{- $numbers = append $numbers $number }}',
      '{{- end }}',
      '{{- $repeated | uniq | join ", " }}',
    ],
  },
  sumOfColumn: {
    comment: 'The sum of the amounts in a column of rows such as api 3072Mi 1500m, postgres 2048Mi 500m.',
    lines: [
      '{{- $sum := 0 }}',
      '{{- range .rows | splitList ", " | compact }}',
      '{{- $sum = add $sum (index (splitList " " .) (int $.column) | trimSuffix "Mi" | trimSuffix "m") }}',
      '{{- end }}',
      '{{- $sum }}',
    ],
  },
  sumOfField: {
    comment: 'The sum of a field that the entries of a map have.',
    lines: ['{{- $sum := 0 }}', '{{- range .map }}{{ $sum = add $sum (get . $.field) }}{{ end }}', '{{- $sum }}'],
  },
};
