using Tessar.Named;

namespace Tessar.Training.Schedules;

/// <summary>Names a schedule.</summary>
/// <param name="name">The name that <c>--schedule</c> takes.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ScheduleAttribute(string name) : Attribute, INamed
{
    public string Name { get; } = name;
}
