<?xml version="1.0" encoding="UTF-8"?>
<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:pantau="urn:pantau:demo" gml:id="canals">
  <gml:featureMember>
    <pantau:canal gml:id="canal.1">
      <pantau:name>Banjir Kanal Barat</pantau:name>
      <pantau:width_m>60</pantau:width_m>
      <pantau:course>
        <gml:LineString gml:id="course.1" srsName="urn:ogc:def:crs:EPSG::4326">
          <gml:posList>-6.209 106.85 -6.20887 106.84591 -6.2085 106.84197 -6.20793 106.83818 -6.20717 106.83456 -6.20626 106.8311 -6.20523 106.82782 -6.20411 106.82473 -6.20292 106.82182 -6.20125 106.81908 -6.1989 106.81649 -6.19607 106.81404 -6.19295 106.81173 -6.18974 106.80953 -6.18664 106.80744 -6.18368 106.80543 -6.18063 106.80349 -6.17749 106.80163 -6.17428 106.79989 -6.17103 106.7983 -6.16774 106.7969 -6.16438 106.7957 -6.16092 106.79465 -6.15741 106.7937 -6.15389 106.79277 -6.15039 106.7918 -6.14696 106.79071 -6.14362 106.78946 -6.14033 106.78809 -6.13706 106.78664 -6.13382 106.78509 -6.13061 106.78347 -6.12742 106.78175 -6.12427 106.77996 -6.12115 106.77809 -6.11806 106.77613 -6.11501 106.7741 -6.112 106.772</gml:posList>
        </gml:LineString>
      </pantau:course>
    </pantau:canal>
  </gml:featureMember>
  <gml:featureMember>
    <pantau:canal gml:id="canal.2">
      <pantau:name>Banjir Kanal Timur</pantau:name>
      <pantau:width_m>100</pantau:width_m>
      <pantau:course>
        <gml:LineString gml:id="course.2" srsName="urn:ogc:def:crs:EPSG::4326">
          <gml:posList>-6.232 106.885 -6.23181 106.88856 -6.23162 106.89213 -6.23144 106.8957 -6.23127 106.89926 -6.2311 106.90283 -6.23094 106.90639 -6.23081 106.90997 -6.2307 106.91356 -6.2306 106.91715 -6.23048 106.92073 -6.23034 106.92429 -6.23015 106.92783 -6.22988 106.93137 -6.22934 106.93516 -6.22851 106.93904 -6.22745 106.94271 -6.22619 106.94589 -6.22477 106.94831 -6.22265 106.95027 -6.2197 106.95204 -6.21619 106.95361 -6.21239 106.95497 -6.20857 106.9561 -6.20498 106.957 -6.20158 106.95774 -6.19812 106.95839 -6.19461 106.95897 -6.19108 106.9595 -6.18751 106.95997 -6.18394 106.96041 -6.18035 106.96083 -6.17677 106.96123 -6.17319 106.96163 -6.16964 106.96204 -6.1661 106.96248 -6.16255 106.96295 -6.159 106.96342 -6.15545 106.9639 -6.1519 106.96436 -6.14834 106.96479 -6.14479 106.96517 -6.14123 106.9655 -6.13768 106.96576 -6.13412 106.96593 -6.13057 106.966 -6.12701 106.96598 -6.12346 106.9659 -6.1199 106.96575 -6.11635 106.96555 -6.11279 106.96528 -6.10923 106.96495 -6.10568 106.96455 -6.10212 106.9641 -6.09856 106.96358 -6.095 106.963</gml:posList>
        </gml:LineString>
      </pantau:course>
    </pantau:canal>
  </gml:featureMember>
  <gml:featureMember>
    <pantau:canal gml:id="canal.3">
      <pantau:name>Cengkareng Drain</pantau:name>
      <pantau:width_m>60</pantau:width_m>
      <pantau:course>
        <gml:LineString gml:id="course.3" srsName="urn:ogc:def:crs:EPSG::4326">
          <gml:posList>-6.168 106.742 -6.16436 106.74169 -6.16071 106.74144 -6.15707 106.74126 -6.15342 106.74112 -6.14978 106.74104 -6.14614 106.741 -6.14249 106.74102 -6.13882 106.74112 -6.13515 106.74128 -6.1315 106.7415 -6.12788 106.74176 -6.1243 106.74207 -6.12075 106.74257 -6.11723 106.74334 -6.11373 106.74434 -6.11026 106.74554 -6.10681 106.7469 -6.10339 106.7484 -6.1 106.75</gml:posList>
        </gml:LineString>
      </pantau:course>
    </pantau:canal>
  </gml:featureMember>
  <gml:featureMember>
    <pantau:canal gml:id="canal.4">
      <pantau:name>Mookervaart</pantau:name>
      <pantau:width_m>30</pantau:width_m>
      <pantau:course>
        <gml:LineString gml:id="course.4" srsName="urn:ogc:def:crs:EPSG::4326">
          <gml:posList>-6.167 106.69 -6.16508 106.69323 -6.16333 106.69652 -6.1618 106.69988 -6.16052 106.70329 -6.15949 106.70677 -6.1585 106.71034 -6.15765 106.71398 -6.15711 106.71764 -6.157 106.72129 -6.15703 106.72494 -6.15716 106.72861 -6.15746 106.7323 -6.158 106.736</gml:posList>
        </gml:LineString>
      </pantau:course>
    </pantau:canal>
  </gml:featureMember>
  <gml:featureMember>
    <pantau:canal gml:id="canal.5">
      <pantau:name>Cakung Drain</pantau:name>
      <pantau:width_m>40</pantau:width_m>
      <pantau:course>
        <gml:LineString gml:id="course.5" srsName="urn:ogc:def:crs:EPSG::4326">
          <gml:posList>-6.182 106.928 -6.17854 106.92868 -6.17507 106.92933 -6.1716 106.92995 -6.16812 106.93053 -6.16464 106.93105 -6.16115 106.93154 -6.15765 106.932 -6.15415 106.93244 -6.15065 106.93285 -6.14714 106.93325 -6.14364 106.93363 -6.14013 106.93399 -6.13662 106.93434 -6.13311 106.93468 -6.12961 106.93501 -6.12609 106.93534 -6.12258 106.93565 -6.11907 106.93595 -6.11555 106.93623 -6.11204 106.9365 -6.10852 106.93676 -6.105 106.937</gml:posList>
        </gml:LineString>
      </pantau:course>
    </pantau:canal>
  </gml:featureMember>
  <gml:featureMember>
    <pantau:canal gml:id="canal.6">
      <pantau:name>Kanal Ancol</pantau:name>
      <pantau:width_m>20</pantau:width_m>
      <pantau:course>
        <gml:LineString gml:id="course.6" srsName="urn:ogc:def:crs:EPSG::4326">
          <gml:posList>-6.127 106.809 -6.12749 106.81245 -6.12784 106.8159 -6.128 106.81936 -6.12795 106.82282 -6.12778 106.8263 -6.12752 106.82977 -6.12719 106.83322 -6.12679 106.83662 -6.12614 106.84 -6.12525 106.84336 -6.12419 106.84669 -6.123 106.85</gml:posList>
        </gml:LineString>
      </pantau:course>
    </pantau:canal>
  </gml:featureMember>
</gml:FeatureCollection>
