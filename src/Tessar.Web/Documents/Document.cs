namespace Tessar.Web.Documents;

/// <summary>What every answer carries.</summary>
internal abstract record Document
{
    /// <summary>Version of the document; a page that is older than the server refuses it.</summary>
    public int Schema { get; init; } = 1;
}
