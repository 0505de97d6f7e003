namespace Tessar.Tests.Processes;

/// <summary>
/// Marks a static method <c>void M(string[] arguments)</c> that <see cref="ChildProcess"/> can run in a process of its own.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScenarioAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
