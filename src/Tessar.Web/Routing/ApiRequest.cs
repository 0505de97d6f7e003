using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;

namespace Tessar.Web.Routing;

/// <summary>The checked parts of an address: segments of its path and values of its query.</summary>
/// <remarks>Keeps nothing of the request: that is used for another one as soon as the browser has given up waiting.</remarks>
internal sealed class ApiRequest(HttpContext context)
{
    private readonly RouteValueDictionary _segments = new(context.Request.RouteValues);
    private readonly IQueryCollection _query = context.Request.Query;


    /// <summary>A segment of the path, decoded.</summary>
    public string Text(string segment) => (string)_segments[segment]!;

    /// <summary>A segment of the path that has to be a number from 0 on.</summary>
    public int Index(string segment) => Number(Text(segment), segment, 0, int.MaxValue - 1);

    /// <summary>A value of the query, or null when it is missing or empty.</summary>
    public string? Query(string key) => _query[key] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>A number of the query in [least, most]; the default when it is missing.</summary>
    public int Query(string key, int otherwise, int least, int most) =>
        Query(key) is { } text ? Number(text, key, least, most) : otherwise;

    private static int Number(string text, string name, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new ProblemException(new Problem(
                StatusCodes.Status400BadRequest, "number-wrong", $"“{text}” isn’t a number that `{name}` can have.",
                $"`{name}` has to be a whole number from {least.ToString(CultureInfo.InvariantCulture)} to "
                    + $"{most.ToString(CultureInfo.InvariantCulture)}.",
                "Correct the address."));
}
