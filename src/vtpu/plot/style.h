#pragma once

namespace vtpu::plot {

/// Widths of IEEE two-column pages, inches.
inline constexpr double kColumnInches = 3.5;
inline constexpr double kPageInches = 7.16;

/// Sizes of text at print size, points. Nothing in a figure is smaller than `kSmallPoints`.
inline constexpr double kTextPoints = 8;
inline constexpr double kSmallPoints = 7;

/// Colours that readers with any of the common colour blindnesses can tell apart. Source: Okabe and Ito, "Color
/// universal design", 2002. They differ in lightness too; figures also use markers, line styles or direct labels.
namespace colour {
inline constexpr const char* kBlack = "#000000";
inline constexpr const char* kOrange = "#E69F00";
inline constexpr const char* kSky = "#56B4E9";
inline constexpr const char* kGreen = "#009E73";
inline constexpr const char* kYellow = "#F0E442";
inline constexpr const char* kBlue = "#0072B2";
inline constexpr const char* kVermilion = "#D55E00";
inline constexpr const char* kPurple = "#CC79A7";
inline constexpr const char* kGrey = "#7F7F7F";
inline constexpr const char* kLight = "#E8E8E8";
}  // namespace colour

/// Sets Matplotlib's parameters to the defaults it ships, then to the one style of all figures: a Times-like serif font
/// that comes with Matplotlib, glyphs as outlines, the palette above, and the salt that keeps SVG ids stable.
void apply_style();

}  // namespace vtpu::plot
