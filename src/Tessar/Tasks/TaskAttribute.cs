using Tessar.Named;

namespace Tessar.Tasks;

/// <summary>Marks a task and names it; the catalogue finds it by this mark.</summary>
/// <param name="name">Lower-case words joined by hyphens, such as <c>classification</c>; one's own behind a prefix:
/// <c>my/task</c>.</param>
/// <remarks>The class implements <see cref="ITask"/> and has a public constructor that takes a <see cref="TaskSetup"/>.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class TaskAttribute(string name) : Attribute, INamed
{
    /// <summary>The name.</summary>
    public string Name => name;
}
