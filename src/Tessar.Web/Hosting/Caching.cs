namespace Tessar.Web.Hosting;

/// <summary>Values of the Cache-Control header.</summary>
internal static class Caching
{
    /// <summary>For an address that holds a hash of its content.</summary>
    public const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>For everything that may change: keep it, but ask each time whether it still holds.</summary>
    public const string Revalidate = "no-cache";

    /// <summary>For what holds for this moment only.</summary>
    public const string Never = "no-store";
}
