namespace Tessar.Web.Routing;

/// <summary>
/// Marks a class that answers an address of the API. <see cref="Api"/> finds it by this mark; nothing lists it.
/// </summary>
/// <param name="pattern">The address, with <c>{name}</c> for a part that varies: <c>/api/runs/{run}</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AddressAttribute(string pattern) : Attribute
{
    /// <summary>The address.</summary>
    public string Pattern { get; } = pattern;

    /// <summary><c>GET</c>, which answers HEAD too and changes nothing; any other method needs the page's token.</summary>
    public string Method { get; init; } = "GET";
}
