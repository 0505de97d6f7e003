namespace Tessar.Named;

/// <summary>An attribute that gives a class a name by which people choose it: <c>--optimizer adamw</c>.</summary>
internal interface INamed
{
    /// <summary>The name; unique among the choices of its kind.</summary>
    string Name { get; }

    /// <summary>What it is, in a clause; empty where the class's documentation comment says it.</summary>
    string Summary => string.Empty;

    /// <summary>Another choice whose settings are this one's too, or null.</summary>
    Type? Includes => null;
}
