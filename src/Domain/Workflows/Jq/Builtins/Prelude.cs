using System.Collections.Frozen;
using Jarvis.Domain.Workflows.Jq.Syntax;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Built-in functions that are written in jq: those that are rarely used, or nothing but a shorthand.</summary>
internal static class Prelude
{
    private const string Source = """
        def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
        def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
        def todateiso8601: todate;
        def fromdate: fromdateiso8601;
        def date: todate;
        def dateadd(unit; n): . + n;
        def datesub(unit; n): . - n;

        def combinations:
          if length == 0 then []
          else (.[1:] | [combinations]) as $rest | .[0][] as $head | $rest[] | [$head] + .
          end;
        def combinations(n): . as $items | [range(n) | $items] | combinations;
        def tostream:
          path(def r: (.[]? | r), .; r) as $p
          | getpath($p)
          | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
        def fromstream(f):
          foreach f as $event (
            {done: true};
            (if .done then {done: false, value: null} else . end)
            | if $event | length == 2
              then .done = ($event[0] | length == 0) | .value |= setpath($event[0]; $event[1])
              else .done = ($event[0] | length == 1)
              end;
            if .done then .value else empty end);
        def truncate_stream(stream):
          . as $depth | null | stream | if .[0] | length > $depth then .[0] |= .[$depth:] else empty end;
        def INDEX(stream; key): reduce stream as $row ({}; .[$row | key | tostring] = $row);
        def INDEX(key): INDEX(.[]; key);
        def GROUP_BY(key): group_by(key);
        def IN(set): any(set == .; .);
        def IN(items; set): any(items == set; .);
        def JOIN($index; key): [.[] | [., $index[key]]];
        def JOIN($index; stream; key): stream | [., $index[key]];
        def JOIN($index; stream; key; combined): stream | [., $index[key]] | combined;
        def debug(messages): (messages | debug | empty), .;
        def inputs: def r: (try input catch if . == "break" then empty else error end) | (., r); r;
        .
        """;

    private static readonly FrozenDictionary<(string, int), Definition> All = Read();

    public static IEnumerable<(string, int)> Names => All.Keys;

    public static Definition? Find(string name, int arity) => All.GetValueOrDefault((name, arity));

    private static FrozenDictionary<(string, int), Definition> Read()
    {
        var found = new Dictionary<(string, int), Definition>();
        var term = Parser.Parse(Source);
        while (term is Defined defined)
        {
            found.Add((defined.Function.Name, defined.Function.Parameters.Count), defined.Function);
            term = defined.Body;
        }

        return found.ToFrozenDictionary();
    }
}
