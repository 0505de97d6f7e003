using System.Globalization;

namespace Tessar.Cli.Terminal;

/// <summary>Numbers as people read them.</summary>
internal static class Quantity
{
    /// <summary>0.8412 → "84.1 %".</summary>
    public static string Percent(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:0.0} %");

    /// <summary>As <see cref="Percent(double)"/>, a dash when there is no value.</summary>
    public static string Percent(double? fraction) => fraction is { } value ? Percent(value) : "–";

    /// <summary>A moment in the local time zone, to the minute.</summary>
    public static string Moment(DateTimeOffset? moment) =>
        moment is { } value ? value.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "–";

    /// <summary>A number to four significant digits, as short as it can be written: 0.4123, 12.35, 1.2e-05.</summary>
    public static string Number(double? value) => value?.ToString("G4", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>12345 → "12,345".</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>0.012 → "12 ms", 4.21 → "4.2 s", 73.4 → "1 min 13 s", 7380 → "2 h 3 min".</summary>
    public static string Seconds(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Max(0, seconds));
        return seconds switch
        {
            < 1 => string.Create(CultureInfo.InvariantCulture, $"{1000 * Math.Max(0, seconds):0} ms"),
            < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds} s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min"),
        };
    }

    /// <summary>1536 → "1.5 KiB".</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }
}
