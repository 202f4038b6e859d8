namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Functions that C's mathematics library has and .NET's has not. Accurate to about ten digits or better.</summary>
internal static class SpecialFunctions
{
    /// <summary>Lanczos' coefficients for g = 7, n = 9.</summary>
    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    public static double ExpM1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) + (x * x * x / 6) : Math.Exp(x) - 1;

    public static double Log1P(double x) => Math.Abs(x) < 1e-5 ? x - (x * x / 2) + (x * x * x / 3) : Math.Log(1 + x);

    public static double Gamma(double x)
    {
        if (double.IsNaN(x) || double.IsNegativeInfinity(x) || (x < 0 && x == Math.Floor(x)))
        {
            return double.NaN;
        }

        if (x == 0)
        {
            return double.IsNegative(x) ? double.NegativeInfinity : double.PositiveInfinity;
        }

        if (x == Math.Floor(x) && x <= 171)
        {
            var product = 1.0;
            for (var i = 2; i < x; i++)
            {
                product *= i;
            }

            return product;
        }

        if (x < 0.5)
        {
            return Math.PI / (Math.Sin(Math.PI * x) * Gamma(1 - x));
        }

        var (sum, t) = Series(x - 1);
        return Math.Sqrt(2 * Math.PI) * Math.Pow(t, x - 0.5) * Math.Exp(-t) * sum;
    }

    public static double LogGamma(double x)
    {
        if (double.IsInfinity(x) || (x <= 0 && x == Math.Floor(x)))
        {
            return double.PositiveInfinity;
        }

        if (x is 1 or 2)
        {
            return 0;
        }

        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Abs(Math.Sin(Math.PI * x))) - LogGamma(1 - x);
        }

        if (x == Math.Floor(x) && x <= 171)
        {
            return Math.Log(Gamma(x));
        }

        // Stirling's series, from where it is exact to the last digit.
        var product = 1.0;
        for (; x < 16; x++)
        {
            product *= x;
        }

        var square = 1 / (x * x);
        var series = (1.0 / 12) + (square * ((-1.0 / 360) + (square * ((1.0 / 1260) + (square * ((-1.0 / 1680) + (square / 1188)))))));
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x) - Math.Log(product);
    }

    public static double GammaSign(double x) => x < 0 && x != Math.Floor(x) && Math.Floor(x) % 2 != 0 ? -1 : 1;

    public static double Erf(double x) => double.IsNaN(x) ? x : x < 0 ? -Erf(-x) : x < 2.5 ? ErfSeries(x) : 1 - Erfc(x);

    public static double Erfc(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        if (x < 2.5)
        {
            return 1 - Erf(x);
        }

        // Lentz' continued fraction, which settles quickly away from zero.
        var fraction = 0.0;
        for (var k = 120; k > 0; k--)
        {
            fraction = k / 2.0 / (x + fraction);
        }

        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (x + fraction);
    }

    /// <summary>Bessel's function of the first kind, by its integral: the rule of equal steps is exact for periodic functions.</summary>
    public static double BesselJ(int n, double x)
    {
        if (!double.IsFinite(x))
        {
            return double.IsNaN(x) ? x : 0;
        }

        var steps = (int)Math.Min(20_000, 64 + (2 * (Math.Abs(x) + Math.Abs((double)n))));
        var sum = 0.0;
        for (var i = 0; i < steps; i++)
        {
            var angle = 2 * Math.PI * i / steps;
            sum += Math.Cos((n * angle) - (x * Math.Sin(angle)));
        }

        return sum / steps;
    }

    /// <summary>Bessel's function of the second kind, by its two integrals with Simpson's rule.</summary>
    public static double BesselY(int n, double x)
    {
        if (double.IsNaN(x) || x < 0)
        {
            return double.NaN;
        }

        if (x == 0)
        {
            return double.NegativeInfinity;
        }

        if (double.IsInfinity(x))
        {
            return 0;
        }

        var sign = n < 0 && n % 2 != 0 ? -1 : 1;
        n = Math.Abs(n);
        var first = Simpson(a => Math.Sin((x * Math.Sin(a)) - (n * a)), 0, Math.PI);
        var end = Math.Asinh(750 / x) + 1;
        var second = Simpson(t => (Math.Exp((n * t) - (x * Math.Sinh(t)))) + ((n % 2 == 0 ? 1 : -1) * Math.Exp((-n * t) - (x * Math.Sinh(t)))), 0, end);
        return sign * (first - second) / Math.PI;
    }

    private static (double Sum, double T) Series(double x)
    {
        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++)
        {
            sum += Lanczos[i] / (x + i);
        }

        return (sum, x + Lanczos.Length - 1.5);
    }

    private static double ErfSeries(double x)
    {
        var (term, sum) = (x, x);
        for (var k = 1; k < 100 && Math.Abs(term) > 1e-18; k++)
        {
            term *= -x * x / k;
            sum += term / ((2 * k) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private static double Simpson(Func<double, double> function, double from, double to)
    {
        const int Steps = 20_000;
        var width = (to - from) / Steps;
        var sum = function(from) + function(to);
        for (var i = 1; i < Steps; i++)
        {
            sum += function(from + (i * width)) * (i % 2 == 0 ? 2 : 4);
        }

        return sum * width / 3;
    }
}
