namespace Tessar.Cli.Json;

/// <summary>`tessar serve`, printed once the server answers.</summary>
internal sealed record ServeJson : JsonResult
{
    /// <summary>Address of the first page.</summary>
    public required string Url { get; init; }

    /// <summary>Full path of the folder of the runs it shows.</summary>
    public required string Runs { get; init; }
}
