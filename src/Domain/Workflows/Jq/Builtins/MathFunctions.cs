using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>The functions of C's mathematics library, and the questions about numbers.</summary>
internal static class MathFunctions
{
    public static readonly Builtin[] Functions =
    [
        One("acos", Math.Acos), One("acosh", Math.Acosh), One("asin", Math.Asin), One("asinh", Math.Asinh), One("atan", Math.Atan),
        One("atanh", Math.Atanh), One("cbrt", Math.Cbrt), One("ceil", Math.Ceiling), One("cos", Math.Cos), One("cosh", Math.Cosh),
        One("exp", Math.Exp), One("exp2", x => Math.Pow(2, x)), One("exp10", x => Math.Pow(10, x)), One("pow10", x => Math.Pow(10, x)), One("expm1", SpecialFunctions.ExpM1),
        One("fabs", Math.Abs), One("floor", Math.Floor), One("log", Math.Log), One("log10", Math.Log10), One("log1p", SpecialFunctions.Log1P),
        One("log2", Math.Log2), One("round", x => Math.Round(x, MidpointRounding.AwayFromZero)),
        One("rint", x => Math.Round(x, MidpointRounding.ToEven)), One("nearbyint", x => Math.Round(x, MidpointRounding.ToEven)),
        One("sin", Math.Sin), One("sinh", Math.Sinh), One("sqrt", Math.Sqrt), One("tan", Math.Tan), One("tanh", Math.Tanh),
        One("trunc", Math.Truncate), One("logb", Logb), One("significand", Significand),
        One("gamma", SpecialFunctions.LogGamma), One("lgamma", SpecialFunctions.LogGamma), One("tgamma", SpecialFunctions.Gamma),
        One("erf", SpecialFunctions.Erf), One("erfc", SpecialFunctions.Erfc),
        One("j0", x => SpecialFunctions.BesselJ(0, x)), One("j1", x => SpecialFunctions.BesselJ(1, x)),
        One("y0", x => SpecialFunctions.BesselY(0, x)), One("y1", x => SpecialFunctions.BesselY(1, x)),
        BuiltinTable.Value("frexp", (_, input) => Pair(Frexp(Number(input)))),
        BuiltinTable.Value("modf", (_, input) => Number(input) is var x && double.IsInfinity(x)
            ? Pair((Math.CopySign(0, x), x))
            : Pair((Math.CopySign(x - Math.Truncate(x), x), Math.Truncate(x)))),
        BuiltinTable.Value("lgamma_r", (_, input) => Pair((SpecialFunctions.LogGamma(Number(input)), SpecialFunctions.GammaSign(Number(input))))),
        Two("atan2", Math.Atan2), Two("copysign", Math.CopySign), Two("pow", Math.Pow), Two("fmod", (a, b) => a % b), Two("hypot", double.Hypot),
        Two("drem", Math.IEEERemainder), Two("remainder", Math.IEEERemainder), Two("fmin", Least), Two("fmax", Greatest),
        Two("fdim", (a, b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Max(a - b, 0)),
        Two("ldexp", Scale), Two("scalb", Scale), Two("scalbln", Scale),
        Two("nextafter", Next), Two("nexttoward", Next),
        Two("jn", (n, x) => SpecialFunctions.BesselJ((int)n, x)), Two("yn", (n, x) => SpecialFunctions.BesselY((int)n, x)),
        BuiltinTable.Values("fma", 3, (_, _, a) => JsonNumber.From(Math.FusedMultiplyAdd(Number(a[0]), Number(a[1]), Number(a[2])))),
        BuiltinTable.Value("abs", (_, input) => input switch
        {
            JsonNumber { Value: 0 } => JsonNumber.From(0),
            JsonNumber number => number.Abs(),
            _ => input.Kind < JsonKind.Number ? throw Values.Error(input, "has no absolute value") : input,
        }),
        new("infinite", 0, (_, _) => new ConstantNode(new JsonNumber(double.PositiveInfinity))),
        new("nan", 0, (_, _) => new ConstantNode(new JsonNumber(double.NaN))),
        BuiltinTable.Value("isinfinite", (_, input) => Json.Of(input is JsonNumber { Value: var n } && double.IsInfinity(n))),
        BuiltinTable.Value("isnan", (_, input) => Json.Of(input is JsonNumber { Value: var n } && double.IsNaN(n))),
        BuiltinTable.Value("isnormal", (_, input) => Json.Of(input is JsonNumber { Value: var n } && double.IsNormal(n))),
        BuiltinTable.Value("isfinite", (_, input) => Json.Of(input is JsonNumber { Value: var n } && !double.IsInfinity(n))),
    ];

    private static Builtin One(string name, Func<double, double> function) =>
        BuiltinTable.Value(name, (_, input) => JsonNumber.From(function(Number(input))));

    private static Builtin Two(string name, Func<double, double, double> function) =>
        BuiltinTable.Values(name, 2, (_, _, a) => JsonNumber.From(function(Number(a[0]), Number(a[1]))));

    private static double Number(Json value) => value is JsonNumber number ? number.Value : throw Values.Error(value, "number required");

    private static JsonArray Pair((double First, double Second) pair) =>
        JsonArray.Wrap([JsonNumber.From(pair.First), JsonNumber.From(pair.Second)]);

    private static double Least(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : Math.Min(a, b);

    private static double Greatest(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : Math.Max(a, b);


    private static double Scale(double x, double exponent) =>
        double.IsNaN(exponent) ? double.NaN : Math.ScaleB(x, (int)Math.Clamp(exponent, -10_000, 10_000));

    private static double Next(double from, double to) =>
        double.IsNaN(from) || double.IsNaN(to) ? double.NaN : from == to ? to : to > from ? Math.BitIncrement(from) : Math.BitDecrement(from);

    private static double Logb(double x) => x == 0 ? double.NegativeInfinity : double.IsFinite(x) ? Math.ILogB(x) : Math.Abs(x);

    private static double Significand(double x) => x == 0 || !double.IsFinite(x) ? x : Math.ScaleB(x, -Math.ILogB(x));

    private static (double Fraction, double Exponent) Frexp(double x)
    {
        if (x == 0 || !double.IsFinite(x))
        {
            return (x, 0);
        }

        var exponent = Math.ILogB(x) + 1;
        return (Math.ScaleB(x, -exponent), exponent);
    }
}
