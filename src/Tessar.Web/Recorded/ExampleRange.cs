using System.Globalization;
using System.Text.RegularExpressions;

namespace Tessar.Web.Recorded;

/// <summary>A range of a split as results record it: `test:0-1999`, both ends included.</summary>
internal readonly partial record struct ExampleRange(string Split, int First, int Last)
{
    public int Count => Last - First + 1;

    public bool Covers(string split, int index) => Split == split && index >= First && index <= Last;

    public static bool TryParse(string? text, out ExampleRange range)
    {
        range = default;
        Match match = Form().Match(text ?? string.Empty);
        if (!match.Success
            || !int.TryParse(match.Groups["first"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            || !int.TryParse(match.Groups["last"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            || last < first || last == int.MaxValue)
            return false;
        range = new ExampleRange(match.Groups["split"].Value, first, last);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Split}:{First}-{Last}");

    [GeneratedRegex(
        @"^(?<split>[^:]+):(?<first>\d{1,10})-(?<last>\d{1,10})$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
