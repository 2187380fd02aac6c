#pragma once

namespace vtpu::plot {

/// Widths of the columns and pages of the paper (IEEE, two columns), in inches.
inline constexpr double kColumnInches = 3.5;
inline constexpr double kPageInches = 7.16;

/// Text sizes in print, in points. No text in a figure is smaller than `kSmallPoints`.
inline constexpr double kTextPoints = 8;
inline constexpr double kSmallPoints = 7;

/// Colours that readers with the common forms of colour blindness can distinguish. Source: Okabe and Ito, "Color
/// universal design", 2002. They differ in lightness as well; figures also use markers, line styles or direct labels.
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

/// Resets Matplotlib's parameters to its defaults, then sets the style of all figures: a Times-like serif font that
/// ships with Matplotlib, glyphs as outlines, the palette above, and the salt that keeps SVG ids stable.
void apply_style();

}  // namespace vtpu::plot
